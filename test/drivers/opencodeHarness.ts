import type { AgentEvent } from '../../src/contracts/agentEvent.ts';
import type { SessionRef } from '../../src/contracts/thread.ts';
import { definedOnly } from '../../src/core/definedOnly.ts';
import { createOpencodeDriver } from '../../src/providers/opencode/driver.ts';
import { makeDriverPlace } from './driverPlace.ts';
import { makeTurnStarter, type TurnChanges } from './turnStarter.ts';

export interface HarnessOptions {
  readonly binary?: string;
  /** Added to the environment; undefined takes a variable away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What the model does, by a prompt without a script. */
  readonly scriptFor?: (prompt: string) => string | undefined;
  /** Changes the HOME before anything starts. */
  readonly prepare?: (home: string) => Promise<void>;
}

/** An OpenCode driver with a HOME, a workspace and a model server of its own. One server process serves all its turns. */
export async function makeHarness(options: HarnessOptions = {}) {
  const place = await makeDriverPlace('dock-oc-', definedOnly({ scriptFor: options.scriptFor }));
  const { models, workspace } = place;
  await options.prepare?.(place.agentHome.home);
  const driver = createOpencodeDriver(place.contextFor({ ...options.environment }, options.binary));
  const starter = makeTurnStarter(driver, workspace, 'full');
  const { start } = starter;
  const close = async (): Promise<void> => {
    await driver.close();
    await starter.endAll();
    await place.close();
  };

  const startInTerminal = (prompt: string, changes: TurnChanges = {}) => {
    const { forget, ...started } = starter.startInTerminal(prompt, changes);
    /** What is drawn after the call. */
    const shows = (text: string): Promise<void> => {
      forget();
      return started.shows(text);
    };
    /** Types a line and, once it stands there, sends it: an Enter that comes with the text would be a part of it. */
    const say = async (line: string): Promise<void> => {
      const drawn = shows(line);
      started.turn.write?.(line);
      await drawn;
      started.turn.write?.('\r');
    };
    return { ...started, shows, say };
  };
  const run = async (prompt: string, changes: TurnChanges = {}) => {
    const started = start(prompt, changes);
    const end = await started.turn.ended;
    const bound = started.sessions.at(-1);
    return { ...started, end, session: bound && sessionRef(bound.id) };
  };
  /** Requests of turns, without those for a title. */
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
    close,
  };
}

export type Harness = Awaited<ReturnType<typeof makeHarness>>;

/** What the host would hand to the next turn. */
export function sessionRef(id: string): SessionRef {
  return { id, bound_at: new Date().toISOString(), working_dir: '.' };
}

export function script(...steps: readonly string[]): string {
  return ['<<script', ...steps, 'script>>'].join('\n');
}

export function eventsOf<T extends AgentEvent['type']>(events: readonly AgentEvent[], type: T) {
  return events.filter((event): event is Extract<AgentEvent, { type: T }> => event.type === type);
}

/** The texts of one kind, pieces joined. */
export function textOf(events: readonly AgentEvent[], type: 'text' | 'reasoning'): string {
  return eventsOf(events, type)
    .map(event => event.text)
    .join('');
}

/** The texts of the tools' results. */
export function outputsOf(events: readonly AgentEvent[]): string[] {
  return eventsOf(events, 'tool.ended').map(({ output }) =>
    output !== undefined && 'text' in output ? output.text : '',
  );
}
