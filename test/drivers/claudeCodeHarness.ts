import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AgentEvent } from '../../src/contracts/agentEvent.ts';
import type { SessionRef } from '../../src/contracts/thread.ts';
import { createClaudeCodeDriver } from '../../src/providers/claudeCode/driver.ts';
import type { TurnRequest } from '../../src/providers/driver.ts';
import { endMarked } from '../../src/providers/process/endTree.ts';
import { makeAgentHome } from '../clis/environment.ts';
import { type ModelServer, startModelServer } from '../models/server.ts';
import { waitFor } from '../support/waitFor.ts';
import { type RecordedSink, recordingSink, type SinkAnswers } from './harness.ts';

export interface HarnessOptions {
  readonly binary?: string;
  /** Added to the environment; undefined takes a variable away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** A Claude Code driver with a HOME, a workspace and a model server of its own. */
export async function makeHarness(t: TestContext, options: HarnessOptions = {}) {
  const models: ModelServer = await startModelServer();
  const agentHome = await makeAgentHome({ modelUrl: models.url });
  const root = await realpath(await mkdtemp(join(tmpdir(), 'dock-claude-')));
  const workspace = join(root, 'workspace');
  await mkdir(join(workspace, '.agentdock', 'state'), { recursive: true });
  await mkdir(join(workspace, '.agentdock', 'requests'));
  await writeFile(join(workspace, '.agentdock', 'state', 'secret.txt'), 'the secret');
  const environment = definedOf({
    ...agentHome.env,
    // The driver must not need what lets the CLI bypass permissions as root.
    IS_SANDBOX: undefined,
    ...options.environment,
  });
  const runtimeDir = join(root, 'run');
  await mkdir(runtimeDir, { mode: 0o700 });
  const driver = createClaudeCodeDriver({
    environment,
    workspace,
    runtimeDir,
    binary: options.binary,
    log: () => undefined,
  });
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
    const recorded = recordingSink(definedOf({ onFact, permission, question }));
    const request = { ...requestIn(workspace, prompt), ...rest };
    threads.add(request.threadId);
    return { ...recorded, request, turn: driver.startTurn(request, recorded.sink) };
  };
  /** The same in the CLI's own terminal, with what stands on its screen. */
  const startInTerminal = (prompt: string, changes: Partial<TurnRequest> & SinkAnswers = {}) => {
    const { onFact, permission, question, ...rest } = changes;
    const recorded = recordingSink(definedOf({ onFact, permission, question }));
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
      );
    return { ...recorded, request, turn, shows };
  };
  const run = async (prompt: string, changes: Partial<TurnRequest> & SinkAnswers = {}) => {
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
    home: agentHome.home,
    root,
    runtimeDir,
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
    ...definedOf({ transcript_path: last.transcriptPath }),
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

function requestIn(workspace: string, prompt: string): TurnRequest {
  return {
    threadId: `thread-${randomUUID()}`,
    turnId: randomUUID(),
    messageId: randomUUID(),
    prompt,
    workspace,
    workingDir: workspace,
    session: undefined,
    model: undefined,
    effort: undefined,
    permissionMode: 'full',
    instructions: 'You are a worker of AgentDock.',
    tools: undefined,
    command: undefined,
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function definedOf<T extends object>(value: T): Defined<T>;
function definedOf(value: Record<string, string | undefined>): Record<string, string>;
function definedOf(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}
