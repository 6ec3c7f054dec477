import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AgentEvent, AgentEventType } from '../../src/contracts/agentEvent.ts';
import type { SessionRef } from '../../src/contracts/thread.ts';
import { type CodexTimings, makeCodexDriver } from '../../src/providers/codex/driver.ts';
import type { TurnRequest } from '../../src/providers/driver.ts';
import { endMarked } from '../../src/providers/process/endTree.ts';
import { readProcessTable } from '../../src/providers/process/processTable.ts';
import { makeAgentHome } from '../clis/environment.ts';
import { startModelServer } from '../models/server.ts';
import { waitFor } from '../support/waitFor.ts';
import { type RecordedSink, recordingSink, type SinkAnswers } from './harness.ts';

export interface CodexHarnessOptions extends Partial<CodexTimings> {
  readonly binary?: string;
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Replaces the config.toml. */
  readonly config?: (modelUrl: string) => string;
}

/** A Codex driver with a HOME, a workspace and a model server of its own. */
export async function makeCodexHarness(t: TestContext, options: CodexHarnessOptions = {}) {
  const models = await startModelServer();
  const agentHome = await makeAgentHome({ modelUrl: models.url });
  const configFile = join(agentHome.home, '.codex', 'config.toml');
  if (options.config) await writeFile(configFile, options.config(models.url));
  const root = await realpath(await mkdtemp(join(tmpdir(), 'dock-codex-')));
  const workspace = join(root, 'workspace');
  const runtimeDir = join(root, 'run');
  await mkdir(join(workspace, '.agentdock', 'state'), { recursive: true });
  await mkdir(join(workspace, '.agentdock', 'requests'));
  await mkdir(runtimeDir, { mode: 0o700 });
  await writeFile(join(workspace, '.agentdock', 'state', 'secret.txt'), 'the secret');
  const driver = makeCodexDriver(
    {
      environment: { ...agentHome.env, ...options.environment },
      workspace,
      runtimeDir,
      binary: options.binary,
      log: () => undefined,
    },
    { idleMs: options.idleMs ?? 60_000, silenceMs: options.silenceMs ?? 60_000 },
  );
  const threads = new Set<string>();
  t.after(async () => {
    await driver.close();
    for (const thread of threads) await endMarked(thread, { graceMs: 0 });
    await models.close();
    await agentHome.dispose();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  const start = (prompt: string, changes: Partial<TurnRequest> & SinkAnswers = {}) => {
    const { onFact, permission, question, ...rest } = changes;
    const recorded = recordingSink({
      ...(onFact && { onFact }),
      ...(permission && { permission }),
      ...(question && { question }),
    });
    const request = { ...requestIn(workspace, prompt), ...rest };
    threads.add(request.threadId);
    return { ...recorded, request, turn: driver.startTurn(request, recorded.sink) };
  };
  /** The same in the CLI's own terminal, with what stands on its screen. */
  const startInTerminal = (prompt: string, changes: Partial<TurnRequest> & SinkAnswers = {}) => {
    const { onFact, permission, question, ...rest } = changes;
    const recorded = recordingSink({
      ...(onFact && { onFact }),
      ...(permission && { permission }),
      ...(question && { question }),
    });
    const request = { ...requestIn(workspace, prompt), ...rest };
    threads.add(request.threadId);
    const turn = driver.startNativeTurn?.(request, recorded.sink);
    if (turn?.terminal === undefined) throw new Error('Expected a terminal.');
    let screen = '';
    turn.terminal.follow(data => {
      screen += data;
    });
    const shows = (text: string) =>
      waitFor(`${text} on the screen`, () =>
        screen
          .replace(/\u001b\[[\d;?]*[A-Za-z]/g, ' ')
          .replace(/\s+/g, ' ')
          .includes(text),
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${screen.replace(/\u001b\[[\d;?]*[A-Za-z]/g, ' ').slice(-2000)}`);
      });
    /** Types a line and, once it stands there, sends it: an Enter that comes with it would be a part of it. */
    const say = async (line: string, shown = line) => {
      turn.write?.(line);
      await shows(shown);
      turn.write?.('\r');
    };
    return { ...recorded, request, turn, shows, say };
  };
  const run = async (prompt: string, changes: Partial<TurnRequest> & SinkAnswers = {}) => {
    const started = start(prompt, changes);
    const end = await started.turn.ended;
    return { ...started, end };
  };
  const config = () => readFile(configFile, 'utf8');
  return { driver, models, home: agentHome.home, config, workspace, runtimeDir, start, startInTerminal, run };
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
  const found = await Promise.all(
    (await readProcessTable()).map(async ({ pid }) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return line.split('\0').join(' ').trim() === commandLine ? [pid] : [];
    }),
  );
  return found.flat();
}

export async function isRunning(commandLine: string): Promise<boolean> {
  return (await pidsOf(commandLine)).length > 0;
}

function requestIn(workspace: string, prompt: string): TurnRequest {
  return {
    threadId: `thread-test-${randomUUID().slice(0, 8)}`,
    turnId: randomUUID(),
    messageId: randomUUID(),
    prompt,
    workspace,
    workingDir: workspace,
    session: undefined,
    model: undefined,
    effort: undefined,
    permissionMode: 'edit',
    instructions: 'You are a worker of AgentDock.',
    tools: undefined,
    command: undefined,
  };
}
