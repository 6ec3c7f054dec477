import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import type { Thread } from '../../src/contracts/thread.ts';
import type { Mind } from '../models/plan.ts';
import { type ModelServer, startModelServer } from '../models/server.ts';
import { waitFor } from '../support/waitFor.ts';
import { type Dock, makeDock, wholeFile } from './harness.ts';
import { type Cast, gates, goal, lastWords, mindsOf, roles, rotate, sideEffect } from './masterStory.ts';
import { providers, type RealProvider } from './turns.ts';

// One host for all stories: each begins where nothing of the one before is in the way.
const file = wholeFile();
let models: ModelServer;
let dock: Dock;
let mind: Mind = () => undefined;
before(async () => {
  models = await startModelServer({ mind: conversation => mind(conversation) });
  file.after(() => models.close());
  dock = await makeDock(file, { models });
});

interface Story {
  readonly client: DockClient;
  readonly master: ThreadId;
  child(name: string): Thread | undefined;
}

/** A person starts a master and gives it the goal. */
async function begin(provider: RealProvider, cast: Cast): Promise<Story> {
  mind = mindsOf(cast);
  for (const gate of gates) models.gates.close(gate);
  models.clearRequests();
  await rm(join(dock.workspace, sideEffect), { force: true });
  const client = await dock.connect();
  const { thread_id: master } = await client.call('spawn_thread', {
    task_name: 'settings',
    provider,
    prompt: goal,
    role: 'master',
    permission_mode: 'ask',
  });
  const child = (name: string) =>
    [...client.threads.values()].find(
      ({ task_name, parent_id }) => task_name === name && parent_id === master,
    );
  return { client, master, child };
}

/** The person sees what a worker wants and allows it. */
async function allow({ client, child }: Story): Promise<void> {
  const waiting = await waitFor('a permission to be asked for', () => {
    const thread = child('needs');
    return thread?.state === 'waiting_permission' ? thread : undefined;
  });
  const [request] = waiting.requests;
  assert.match(request?.title ?? '', /set-up\.txt/);
  assert.equal(existsSync(join(dock.workspace, sideEffect)), false);
  await client.call('answer_thread', {
    thread_id: waiting.id,
    request_id: request?.id ?? '',
    decision: 'allow',
  });
}

/** The master rests, and has read all that came. */
async function masterRests({ client, master }: Story): Promise<void> {
  await waitFor('the master to rest', () => {
    const thread = client.threads.get(master);
    return thread?.state === 'idle' && thread.inbox.every(({ state }) => state === 'acknowledged');
  });
}

async function turnsEnded({ child }: Story, name: string, turns: number): Promise<void> {
  await waitFor(`${name} to end its turn ${turns}`, () => {
    const thread = child(name);
    return thread?.turns_ended === turns && thread.state === 'completed';
  });
}

for (const [index, provider] of providers.entries()) {
  test(`${provider} as master: three workers on three providers, a question, a permission, and their results come to it`, async () => {
    const story = await begin(provider, rotate(index));
    const { master, child, client } = story;
    await Promise.all([models.gates.arrival('ask'), models.gates.arrival('build'), allow(story)]);
    await turnsEnded(story, 'needs', 1);
    await masterRests(story);
    models.gates.open('ask');
    await turnsEnded(story, 'asks', 2);
    await masterRests(story);
    models.gates.open('build');
    await models.gates.arrival('improve');
    await masterRests(story);
    models.gates.open('improve');
    await waitFor('the report', () => client.threads.get(master)?.report);
    await masterRests(story);

    assert.equal(existsSync(join(dock.workspace, sideEffect)), true);
    const resultOf = async (name: string) =>
      (await client.call('get_thread', { thread_id: child(name)?.id ?? '' })).thread.result;
    for (const role of roles) assert.ok((await resultOf(role))?.includes(lastWords[role]), role);

    // Nobody polled, and nothing was told twice.
    const requests = models.requests().filter(({ side, userTurns }) => !side && userTurns.includes(goal));
    const calls = requests.at(-1)?.toolCalls ?? [];
    assert.deepEqual(
      calls.filter(name => /list_threads|get_thread|read_thread|wait_threads/.test(name)),
      [],
    );
    const told =
      (requests.at(-1)?.userTurns ?? []).join('\n') + (requests.at(-1)?.toolResults ?? []).join('\n');
    const ids = [...told.matchAll(/\[(msg-[a-z0-9]+)\]/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    const inbox = client.threads.get(master)?.inbox ?? [];
    assert.deepEqual(
      inbox.filter(({ state }) => state !== 'acknowledged'),
      [],
    );
  });
}
