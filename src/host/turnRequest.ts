import type { EffectiveSettings } from '../contracts/settings.ts';
import type { Thread, Turn } from '../contracts/thread.ts';
import type { ToolEndpoint } from '../contracts/toolEndpoint.ts';
import { runsInPty } from '../core/runsInPty.ts';
import type { Driver, TurnRequest } from '../providers/driver.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import { requireWithinLimit } from '../tools/access.ts';
import { containedFolder } from '../tools/containedFolder.ts';
import type { ToolDoors } from '../tools/mcp/toolDoors.ts';
import { commandLine } from './commandLine.ts';
import { composeInstructions } from './instructions.ts';
import type { KnownHealth } from './knownHealth.ts';

export interface TurnRequestParts {
  readonly store: ThreadStore;
  readonly settings: EffectiveSettings;
  readonly workspace: string;
  readonly doors: Pick<ToolDoors, 'reached'>;
  readonly health: KnownHealth;
}

export interface AskedTurn {
  readonly driver: Driver;
  readonly thread: Thread;
  readonly turn: Turn;
  readonly tools: ToolEndpoint | undefined;
}

/** All that a driver is told of a turn. Rejects where the thread may not run as it was once allowed to. */
export async function makeTurnRequest(
  { driver, thread, turn, tools }: AskedTurn,
  { store, settings, workspace, doors, health }: TurnRequestParts,
): Promise<TurnRequest> {
  // The limit may have become narrower while the turn waited for a slot or for the next host.
  requireWithinLimit(thread.permission_mode, settings);
  // Checked at the call and again here: the folder may have become a link since.
  const folder = await containedFolder(workspace, thread.working_dir);
  const prompt = await store.getText(turn.prompt);
  return {
    threadId: thread.id,
    turnId: turn.id,
    messageId: turn.message_id,
    prompt,
    workspace,
    workingDir: folder.path,
    session: thread.session,
    model: thread.model,
    effort: thread.effort,
    permissionMode: thread.permission_mode,
    instructions: await composeInstructions({
      workspace,
      thread,
      permissionMeans: driver.capabilities.permissionModes[thread.permission_mode],
      hasTools: tools !== undefined,
      wake: settings.wake_master,
      health,
    }),
    command: runsInPty(thread) ? commandLine(thread, prompt) : undefined,
    tools,
    ...(tools === undefined ? {} : { toolsReached: () => doors.reached(tools) }),
  };
}
