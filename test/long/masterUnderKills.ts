import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { restStates, type Thread } from '../../src/contracts/thread.ts';
import { comebackAt } from '../../src/core/comeback.ts';
import { type Dock, makeDock } from '../host/harness.ts';
import { goal, lastWords, mindsOf, roles, rotate, sideEffect } from '../host/masterStory.ts';
import { historyOf, providers, type RealProvider } from '../host/turns.ts';
import { type ModelServer, startModelServer } from '../models/server.ts';
import { makeRandom } from '../support/random.ts';
import { waitFor } from '../support/waitFor.ts';
import { disturb } from './disturbances.ts';
import { type PersonAtWindow, sitDown } from './personAtWindow.ts';

/** A good part of the story's length. */
const longestMs = 4_000;
const patienceMs = 10 * 60_000;

/** The story of a master and its three workers, from a person's window. */
export interface Story {
  readonly t: TestContext;
  /** Of the master. */
  readonly provider: RealProvider;
  readonly dock: Dock;
  readonly models: ModelServer;
  readonly window: PersonAtWindow;
  /** Requests the person has allowed. */
  readonly allowed: Set<string>;
}

/** A person with the models of the story; nothing has begun. */
export async function prepare(t: TestContext, provider: RealProvider): Promise<Story> {
  const models = await startModelServer({ mind: mindsOf(rotate(providers.indexOf(provider))) });
  t.after(() => models.close());
  for (const gate of ['ask', 'build', 'improve']) models.gates.open(gate);
  const dock = await makeDock(t, { models });
  return { t, provider, dock, models, window: await sitDown(dock), allowed: new Set() };
}

export interface TellOptions {
  readonly seed: number;
  /** How often a host is killed or a window reloaded. */
  readonly disturbances: number;
  readonly reload: () => Promise<void>;
}

/** From the goal to the report, whatever is killed meanwhile; gives the master. */
export async function tellUnderKills(story: Story, options: TellOptions): Promise<ThreadId> {
  const { t, dock, models, window, provider } = story;
  const { thread_id: master } = await window.insist(client =>
    client.call('spawn_thread', {
      task_name: 'settings',
      provider,
      prompt: goal,
      role: 'master',
      permission_mode: 'ask',
      idempotency_key: 'the story',
    }),
  );
  let isTold = false;
  const disturbing = disturb({
    workspace: dock.workspace,
    random: makeRandom(options.seed),
    count: options.disturbances,
    longestMs,
    life: () => models.requests().length,
    reload: options.reload,
    isOver: () => isTold,
    tell: line => t.diagnostic(`${line}; ${statesOf(window, master)}`),
  });
  try {
    await waitFor('the story to be told', () => lookAfter(story, master), { timeoutMs: patienceMs });
  } catch (error) {
    t.diagnostic(JSON.stringify([...window.client().threads.values()], undefined, 1));
    throw error;
  } finally {
    isTold = true;
    await disturbing;
  }
  // The last kill may have come after the report.
  await window.insist(client => client.status());
  return master;
}

/** What a person does who looks in now and then; true when all is done. */
async function lookAfter({ window, allowed, dock, t }: Story, master: ThreadId): Promise<boolean> {
  const client = window.client();
  if (client.state.kind !== 'connected') return false;
  const threads = [...client.threads.values()];
  for (const { id: thread_id, requests } of threads) {
    for (const { id: request_id, kind } of requests) {
      if (kind !== 'permission' || allowed.has(request_id)) continue;
      if (allowed.size === 0) assert.equal(existsSync(join(dock.workspace, sideEffect)), false);
      allowed.add(request_id);
      const answer = { thread_id, request_id, decision: 'allow' as const };
      // An answer that was lost on the way is given again; one that comes too late is a conflict.
      await window.insist(one => one.call('answer_thread', answer)).catch(conflictOnly);
    }
  }
  const thread = client.threads.get(master);
  if (thread === undefined || !threads.every(isAtRest) || comebackAt(thread) !== undefined) return false;
  if (thread.report !== undefined && thread.state === 'idle') return true;
  assert.notEqual(
    thread.state,
    'idle',
    `Everybody rests, and nothing is reported: ${statesOf(window, master)}`,
  );
  t.diagnostic(
    `the person resumes a master that is ${thread.state}: ${thread.reason ?? thread.error?.message}`,
  );
  await window.insist(one =>
    one.call('resume_thread', {
      thread_id: master,
      additional_prompt: `You were cut. Go on: ${goal}`,
      idempotency_key: `again-${thread.turns_ended}`,
    }),
  );
  return false;
}

/** What a turn failed to bring waits for the person, who sees that it failed. */
function isAtRest({ state, turn, queue, inbox }: Thread): boolean {
  // One that left a question may wait for a master that was cut.
  const rests = restStates.has(state) || (state === 'waiting_input' && turn === undefined);
  if (!rests || queue.length > 0) return false;
  const isStuck = state === 'failed' || state === 'interrupted';
  return inbox.every(one => {
    if (one.state === 'sending') return false;
    return one.state !== 'queued' || (isStuck && one.attempts + one.lost > 0);
  });
}

function conflictOnly(error: unknown): void {
  assert.partialDeepStrictEqual(error, { code: 'conflict' });
}

/** Whatever came in between: the work is done, all of it once, and nobody has looked for it. */
export async function expectToldOnce({ dock, models, window }: Story, master: ThreadId): Promise<void> {
  const client = window.client();
  const threads = [...client.threads.values()];
  assert.deepEqual(threads.map(({ task_name }) => task_name).sort(), ['settings', ...roles].sort());
  assert.equal(existsSync(join(dock.workspace, sideEffect)), true);
  for (const { id, task_name } of threads) {
    const { result } = (await client.call('get_thread', { thread_id: id })).thread;
    const role = roles.find(one => one === task_name);
    if (role !== undefined) assert.ok(result?.includes(lastWords[role]), `${role}: ${result}`);
    const events = await historyOf(client, id);
    const turns = (type: string) =>
      events.flatMap(event => (event.type === type ? [String(event.turn_id)] : [])).sort();
    assert.deepEqual(turns('turn.ended'), turns('turn.queued'), `${task_name}: each turn ends once`);
    assert.deepEqual(await dock.processesWithMark(id), [], `${task_name} has left a process`);
  }

  // Nobody polled, and nothing was told twice.
  const requests = models.requests().filter(({ side, userTurns }) => !side && saysGoal(userTurns));
  const last = requests.at(-1) ?? assert.fail('The master was never asked.');
  const looks = last.toolCalls.filter(name => /list_threads|get_thread|read_thread|wait_threads/.test(name));
  assert.deepEqual(looks, []);
  const told = [...last.userTurns, ...last.steers, ...last.toolResults].join('\n');
  const ids = [...told.matchAll(/\[(msg-[a-z0-9]+)\]/g)].map(([, id]) => id);
  assert.deepEqual(
    ids.filter((id, index) => ids.indexOf(id) !== index),
    [],
    'told twice',
  );
  // What counts as read stands in what the master has read.
  const inbox = client.threads.get(master)?.inbox ?? [];
  assert.deepEqual(
    inbox.filter(({ state }) => state !== 'acknowledged'),
    [],
  );
  assert.deepEqual(
    inbox.filter(({ id, reason }) => reason === undefined && !ids.includes(id)),
    [],
    'never told',
  );
}

function saysGoal(userTurns: readonly string[]): boolean {
  return userTurns.some(text => text.includes(goal));
}

function statesOf(window: PersonAtWindow, master: ThreadId): string {
  const threads = [...window.client().threads.values()];
  const inbox = window.client().threads.get(master)?.inbox ?? [];
  return [
    ...threads.map(({ task_name, state, turns_ended }) => `${task_name} ${state} (${turns_ended})`),
    ...inbox.map(({ kind, state }) => `${kind} ${state}`),
  ].join(', ');
}
