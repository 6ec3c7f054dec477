import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentEvent } from '../../src/contracts/agentEvent.ts';
import type { SessionRef } from '../../src/contracts/thread.ts';
import { definedOnly } from '../../src/core/definedOnly.ts';
import type { TurnRequest } from '../../src/providers/driver.ts';
import { createOpencodeDriver } from '../../src/providers/opencode/driver.ts';
import { endMarked } from '../../src/providers/process/endTree.ts';
import { makeAgentHome } from '../clis/environment.ts';
import { startModelServer } from '../models/server.ts';
import { waitFor } from '../support/waitFor.ts';
import { recordingSink, type SinkAnswers } from './harness.ts';

export interface HarnessOptions {
  readonly binary?: string;
  /** Added to the environment; undefined takes a variable away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What the model does, by a prompt without a script. */
  readonly scriptFor?: (prompt: string) => string | undefined;
  /** Changes the HOME before anything starts. */
  readonly prepare?: (home: string) => Promise<void>;
}

type TurnChanges = Partial<TurnRequest> & SinkAnswers;

/** An OpenCode driver with a HOME, a workspace and a model server of its own. One server process serves all its turns. */
export async function makeHarness(options: HarnessOptions = {}) {
  const models = await startModelServer(definedOnly({ scriptFor: options.scriptFor }));
  const agentHome = await makeAgentHome({ modelUrl: models.url });
  await options.prepare?.(agentHome.home);
  const root = await realpath(await mkdtemp(join(tmpdir(), 'dock-oc-')));
  const workspace = join(root, 'workspace');
  await mkdir(join(workspace, '.agentdock', 'state'), { recursive: true });
  await mkdir(join(workspace, '.agentdock', 'requests'));
  await writeFile(join(workspace, '.agentdock', 'state', 'secret.txt'), 'the secret');
  const runtimeDir = join(root, 'run');
  await mkdir(runtimeDir);
  const driver = createOpencodeDriver({
    environment: definedOf({ ...agentHome.env, ...options.environment }),
    workspace,
    runtimeDir,
    binary: options.binary,
    log: () => undefined,
  });
  const threads = new Set<string>();
  const close = async (): Promise<void> => {
    await driver.close();
    for (const thread of threads) await endMarked(thread, { graceMs: 0 });
    await models.close();
    await agentHome.dispose();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };

  const start = (prompt: string, changes: TurnChanges = {}) => {
    const { onFact, permission, question, ...rest } = changes;
    const recorded = recordingSink({
      ...(onFact === undefined ? {} : { onFact }),
      ...(permission === undefined ? {} : { permission }),
      ...(question === undefined ? {} : { question }),
    });
    const request = { ...requestIn(workspace, prompt), ...rest };
    threads.add(request.threadId);
    return { ...recorded, request, turn: driver.startTurn(request, recorded.sink) };
  };
  /** The same in OpenCode's own terminal, with what stands on its screen. */
  const startInTerminal = (prompt: string, changes: TurnChanges = {}) => {
    const { onFact, permission, question, ...rest } = changes;
    const recorded = recordingSink(definedOnly({ onFact, permission, question }));
    const request = { ...requestIn(workspace, prompt), ...rest };
    threads.add(request.threadId);
    const turn = driver.startNativeTurn?.(request, recorded.sink);
    if (turn?.terminal === undefined) throw new Error('Expected a terminal.');
    let screen = '';
    turn.terminal.follow(data => {
      screen += data;
    });
    const words = () => screen.replace(/\u001b\[[\d;?]*[A-Za-z]/g, ' ').replace(/\s+/g, ' ');
    /** What is drawn after the call. */
    const shows = async (text: string): Promise<void> => {
      screen = '';
      await waitFor(`${text} on the screen`, () => words().includes(text));
    };
    /** Types a line and, once it stands there, sends it: an Enter that comes with the text would be a part of it. */
    const say = async (line: string): Promise<void> => {
      const drawn = shows(line);
      turn.write?.(line);
      await drawn;
      turn.write?.('\r');
    };
    return { ...recorded, request, turn, shows, say };
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
    home: agentHome.home,
    root,
    runtimeDir,
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

function definedOf(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
