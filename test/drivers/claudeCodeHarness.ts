import type { TestContext } from 'node:test';
import type { AgentEvent } from '../../src/contracts/agentEvent.ts';
import type { SessionRef } from '../../src/contracts/thread.ts';
import { definedOnly } from '../../src/core/definedOnly.ts';
import { type ClaudeTimings, makeClaudeCodeDriver } from '../../src/providers/claudeCode/driver.ts';
import { makeDriverPlace } from './driverPlace.ts';
import type { RecordedSink } from './harness.ts';
import { makeTurnStarter, type TurnChanges } from './turnStarter.ts';

export interface HarnessOptions extends Partial<ClaudeTimings> {
  readonly binary?: string;
  /** Added to the environment; undefined takes a variable away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** A Claude Code driver with a HOME, a workspace and a model server of its own. */
export async function makeHarness(t: TestContext, options: HarnessOptions = {}) {
  const place = await makeDriverPlace('dock-claude-');
  const { models, workspace } = place;
  // The driver must not need what lets the CLI bypass permissions as root.
  const environment = { IS_SANDBOX: undefined, ...options.environment };
  const driver = makeClaudeCodeDriver(place.contextFor(environment, options.binary), {
    toolsMs: options.toolsMs ?? 60_000,
  });
  const { start, startInTerminal, endAll } = makeTurnStarter(driver, workspace, 'full');
  t.after(async () => {
    await driver.close();
    await endAll();
    await place.close();
  });

  const run = async (prompt: string, changes: TurnChanges = {}) => {
    const started = start(prompt, changes);
    const end = await started.turn.ended;
    return {
      ...started,
      end,
      get session() {
        return sessionOf(started);
      },
    };
  };
  /** Requests of turns, without the CLI's own for a title. */
  const requests = () => models.requests().filter(request => !request.side);
  return {
    driver,
    models,
    requests,
    home: place.agentHome.home,
    root: place.root,
    runtimeDir: place.runtimeDir,
    workspace,
    start,
    startInTerminal,
    run,
  };
}

export function script(...steps: readonly string[]): string {
  return ['<<script', ...steps, 'script>>'].join('\n');
}

/** What the host would hand to the next turn. */
export function sessionOf({ sessions }: Pick<RecordedSink, 'sessions'>): SessionRef {
  const last = sessions.at(-1);
  if (last === undefined) throw new Error('Expected a session to be bound.');
  return {
    id: last.id,
    bound_at: new Date().toISOString(),
    working_dir: '.',
    ...definedOnly({ transcript_path: last.transcriptPath }),
  };
}

/** The texts of one kind, pieces joined. */
export function textOf(events: readonly AgentEvent[], type: 'text' | 'reasoning'): string {
  return events.map(event => (event.type === type ? event.text : '')).join('');
}

export function eventsOf<T extends AgentEvent['type']>(events: readonly AgentEvent[], type: T) {
  return events.filter((event): event is Extract<AgentEvent, { type: T }> => event.type === type);
}

/** The texts of the tools' results, as the model got them. */
export function outputsOf(events: readonly AgentEvent[]): string[] {
  return eventsOf(events, 'tool.ended').map(({ output }) =>
    output !== undefined && 'text' in output ? output.text : '',
  );
}
