import * as z from 'zod';
import { DockError } from '../../contracts/errors.ts';
import { threadIdSchema } from '../../contracts/ids.ts';
import { type DropRights, type EffectiveSettings, lesserMode } from '../../contracts/settings.ts';
import { type PermissionMode, permissionModeSchema, permissionModes } from '../../contracts/thread.ts';
import { type ToolName, toolNames } from '../../contracts/tools.ts';
import { isInSubtree } from '../../core/subtree.ts';
import type { ThreadStore } from '../../store/threadStore.ts';
import { keyOrigin } from './keyedCall.ts';
import type { RequestedCall } from './readRequest.ts';

const looking: readonly ToolName[] = [
  'list_threads',
  'get_thread',
  'read_thread',
  'wait_threads',
  'list_providers',
];

const allowed: Readonly<Record<DropRights, readonly ToolName[]>> = {
  off: [],
  read: looking,
  spawn: [...looking, 'spawn_thread', 'resume_thread', 'send_message', 'cancel_thread'],
};

/** Only what changes nothing may be done again, and beside others. */
export function onlyLooks({ tool }: RequestedCall): boolean {
  return looking.some(name => name === tool);
}

/** The part of the arguments that decides; the tool itself parses all. */
const decidingSchema = z.object({
  permission_mode: permissionModeSchema.optional().catch(undefined),
  thread_id: threadIdSchema.optional().catch(undefined),
});

/**
 * Refuses what a file may not ask for, whoever wrote it. Nobody can tell which agent that was: so nothing is made to work
 * with more than the person's default mode, or an agent that may only read could have another one write for it.
 */
export function requireDropRights(
  call: RequestedCall,
  { store, settings }: { readonly store: ThreadStore; readonly settings: EffectiveSettings },
): void {
  const { tool } = call;
  const rights = settings.drop_folder;
  // An unknown tool is refused as such, by the tools.
  if (rights !== 'off' && !toolNames.some(name => name === tool)) return;
  if (!allowed[rights].some(name => name === tool)) throw notAllowed(tool, rights);
  const { permission_mode: mode, thread_id: id } = decidingSchema.parse(call.args);
  const thread = id === undefined ? undefined : store.get(id);
  if (tool === 'spawn_thread' && mode !== undefined) requireAtMost(mode, settings);
  if (thread === undefined) return;
  if (tool === 'resume_thread' || tool === 'send_message') requireAtMost(thread.permission_mode, settings);
  if (tool === 'cancel_thread' && !cameFromDrops(store, thread.id)) {
    throw new DockError('permission_denied', `Thread ${thread.id} was not started over the drop folder.`, {
      hint: 'A request may cancel only what requests have started. Use the agentdock command.',
    });
  }
}

function notAllowed(tool: string, rights: DropRights): DockError {
  const shown = JSON.stringify(tool.slice(0, 80));
  if (rights === 'off') {
    return new DockError('permission_denied', 'The drop folder is switched off.', {
      hint: 'The setting is agentdock.dropFolder, or drop_folder in config.json.',
    });
  }
  return new DockError('permission_denied', `A file in .agentdock/requests may not ask for ${shown}.`, {
    hint: `It may ask for: ${allowed[rights].join(', ')}.`,
  });
}

/** Never `full`, which is the person's to choose each time. */
export function highestDropMode(settings: EffectiveSettings): PermissionMode {
  return lesserMode(settings.default_permission_mode, 'edit');
}

function requireAtMost(mode: PermissionMode, settings: EffectiveSettings): void {
  const highest = highestDropMode(settings);
  if (permissionModes.indexOf(mode) <= permissionModes.indexOf(highest)) return;
  throw new DockError(
    'permission_denied',
    `A request can let a thread work with at most your default permission mode, ${highest}, not ${mode}.`,
    { hint: 'Choose another default permission mode (never full), or use the agentdock command.' },
  );
}

function cameFromDrops(store: ThreadStore, id: string): boolean {
  const threads = store.threads();
  const roots = [...threads.values()].filter(({ idempotency_key: key }) => key?.startsWith(keyOrigin));
  return roots.some(root => isInSubtree(threads, root.id, id));
}
