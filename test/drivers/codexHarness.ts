import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AgentEvent, AgentEventType } from '../../src/contracts/agentEvent.ts';
import type { SessionRef } from '../../src/contracts/thread.ts';
import { type CodexTimings, makeCodexDriver } from '../../src/providers/codex/driver.ts';
import { readProcessTable } from '../../src/providers/process/processTable.ts';
import { commandLineOf } from '../host/processes.ts';
import { makeDriverPlace } from './driverPlace.ts';
import type { RecordedSink } from './harness.ts';
import { makeTurnStarter, type TurnChanges } from './turnStarter.ts';

export interface CodexHarnessOptions extends Partial<CodexTimings> {
  readonly binary?: string;
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Replaces the config.toml. */
  readonly config?: (modelUrl: string) => string;
}

/** A Codex driver with a HOME, a workspace and a model server of its own. */
export async function makeCodexHarness(t: TestContext, options: CodexHarnessOptions = {}) {
  const place = await makeDriverPlace('dock-codex-');
  const { models, workspace, runtimeDir } = place;
  const { home } = place.agentHome;
  const configFile = join(home, '.codex', 'config.toml');
  if (options.config) await writeFile(configFile, options.config(models.url));
  const driver = makeCodexDriver(place.contextFor({ ...options.environment }, options.binary), {
    idleMs: options.idleMs ?? 60_000,
    silenceMs: options.silenceMs ?? 60_000,
  });
  const starter = makeTurnStarter(driver, workspace, 'edit');
  const { start } = starter;
  t.after(async () => {
    await driver.close();
    await starter.endAll();
    await place.close();
  });

  const startInTerminal = (prompt: string, changes: TurnChanges = {}) => {
    const started = starter.startInTerminal(prompt, changes);
    /** Types a line and, once it stands there, sends it: an Enter that comes with it would be a part of it. */
    const say = async (line: string, shown = line) => {
      started.turn.write?.(line);
      await started.shows(shown);
      started.turn.write?.('\r');
    };
    return { ...started, say };
  };
  const run = async (prompt: string, changes: TurnChanges = {}) => {
    const started = start(prompt, changes);
    const end = await started.turn.ended;
    return { ...started, end };
  };
  const config = () => readFile(configFile, 'utf8');
  return { driver, models, home, config, workspace, runtimeDir, start, startInTerminal, run };
}

export function script(...steps: readonly string[]): string {
  return ['Do this.', '<<script', ...steps, 'script>>'].join('\n');
}

/** What the host would hand to the next turn. */
export function sessionOf({ sessions }: Pick<RecordedSink, 'sessions'>): SessionRef {
  const last = sessions.at(-1);
  if (last === undefined) throw new Error('Expected a session to be bound.');
  return { id: last.id, bound_at: new Date().toISOString(), working_dir: '.' };
}

export function eventsOf<Type extends AgentEventType>(
  { events }: Pick<RecordedSink, 'events'>,
  type: Type,
): Extract<AgentEvent, { type: Type }>[] {
  return events.filter((event): event is Extract<AgentEvent, { type: Type }> => event.type === type);
}

/** The processes with exactly this command line; Linux only, like the tests that use it. */
export async function pidsOf(commandLine: string): Promise<readonly number[]> {
  const table = await readProcessTable();
  return table.map(({ pid }) => pid).filter(pid => commandLineOf(pid) === commandLine);
}

export async function isRunning(commandLine: string): Promise<boolean> {
  return (await pidsOf(commandLine)).length > 0;
}
