import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { restStates, type Thread } from '../../src/contracts/thread.ts';
import { isOpenMessage } from '../../src/core/reduceInbox.ts';
import { makeDock } from '../host/harness.ts';
import { historyOf, type RealProvider, script } from '../host/turns.ts';
import { startModelServer } from '../models/server.ts';
import { chosenProviders } from '../support/chosenProviders.ts';
import { makeRandom } from '../support/random.ts';
import { waitFor } from '../support/waitFor.ts';
import { checkAnswers, checkMessages, readRecord, taken, wordsIn } from './inbox/checks.ts';
import { killCli, killHosts } from './inbox/killing.ts';
import { checkLosses } from './inbox/losses.ts';
import { makePerson, type Person, repeated } from './inbox/person.ts';
import {
  askingPrompt,
  makeWords,
  scriptFor,
  spawning,
  tellingPrompt,
  writingPrompt,
} from './inbox/scripts.ts';

// The runner of the long tests chooses one and prints it.
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const defaultRounds = 28;
const rounds = Number(process.env['ROUNDS'] ?? defaultRounds);
/** Messages and answers that must have come in, where nobody asked for a shorter run. */
const least = rounds < defaultRounds ? 1 : 1_000;
/** Long enough for a host and its CLIs to start and to work for some seconds. */
const longestLifeMs = 8_000;
const cliKillsOutOf = 4;
const restMs = 240_000;

for (const provider of chosenProviders()) {
  test(`${provider}: a thousand messages and answers under kills are each given to the model once (SEED=${seed})`, async t => {
    const random = makeRandom(seed);
    const models = await startModelServer({ scriptFor });
    t.after(() => models.close());
    const dock = await makeDock(t, { models, settings: { max_running: 3, wake_master: 'each' } });
    const client = await dock.connect();
    const { master, children, workers } = await startAll(client, provider);
    const everybody = [master, ...children, ...workers];
    const person = makePerson(client, random);

    const begin = performance.now();
    const seconds = () => Math.round((performance.now() - begin) / 1000);
    const newWord = makeWords();
    const pick = (number: number) => Math.floor(random() * number);
    const act = async (thread: ThreadId, round: number) => {
      for (let count = 6 + pick(9); count > 0; count -= 1) {
        await person.send(thread, newWord('msg'), random() < 0.6 ? 'now' : 'turn_end');
      }
      const names = (what: string) => [1, 2, 3].map(number => `${what}-${round * 10 + number}`);
      const key = `${thread} ${round}`;
      const now = client.threads.get(thread);
      // Another prompt would close the questions it left; and what waits is enough to do.
      if (now === undefined || now.requests.length + now.queue.length > 0) return;
      if (thread === master) {
        const child = children[pick(children.length)] ?? master;
        const texts = names('w-told').map(word => `Think of ${word}.`);
        await person.resume(thread, tellingPrompt(child, texts), key);
      } else if (random() < 0.5) {
        await person.resume(thread, askingPrompt(names('question')), key);
      } else {
        await person.resume(thread, writingPrompt(names('perm').map(name => `${name}${pick(1e6)}.txt`)), key);
      }
    };
    let kills = 0;
    for (let round = 1; round <= rounds; round += 1) {
      const afterMs = random() * longestLifeMs;
      const killing =
        pick(cliKillsOutOf) === 0 ? killCli(dock, client, afterMs, random) : killHosts(dock, afterMs);
      const acting = everybody.filter(() => random() < 0.6);
      await Promise.all([
        ...acting.map(thread => act(thread, round)),
        // The children's questions are the master's to answer, until nobody comes back to it.
        ...workers.map(thread => answerOpen(client, person, thread)),
        ...children.map(thread => answerOpen(client, person, thread, 'permission')),
      ]);
      const killed = await killing;
      if (killed !== undefined) kills += 1;
      t.diagnostic(`round ${round}, ${seconds()} s: killed ${killed ?? 'nothing: no CLI ran'}`);
    }

    await settle(client, person, everybody);
    const { sent, answered } = person.told;
    t.diagnostic(`${sent.size} messages were sent, ${answered.size} requests answered, in ${seconds()} s`);
    const records = models.requests().filter(({ side }) => !side);
    for (const { given, seq } of records) {
      const twice = [...wordsIn(given)].filter(([, count]) => count > 1);
      assert.deepEqual(twice, [], `request ${seq} of the model says it twice`);
    }
    let total = 0;
    for (const thread of everybody) {
      const last = `w-last-${thread.replaceAll(/[^a-z0-9]/g, '')}`;
      await person.send(thread, last, 'turn_end');
      const { given } = await waitFor(`${thread} to be told ${last}`, () =>
        models.requests().findLast(one => !one.side && wordsIn(one.given).has(last)),
      );
      const record = readRecord(thread, await historyOf(client, thread));
      t.diagnostic(`${thread}: ${record.messages.length} messages, ${record.lost.size} of them lost`);
      checkLosses(record.lost, record.completed, kills);
      checkMessages(record, given, person.told);
      checkAnswers(record, dock, given, person.told);
      total += taken(record);
    }
    t.diagnostic(`${total} messages and answers came in`);
    assert.ok(total >= least, `Only ${total} messages and answers came in`);
  });
}

async function startAll(client: DockClient, provider: RealProvider) {
  const spawn = async (task_name: string, more: { role?: 'master'; prompt: string }) =>
    (await client.call('spawn_thread', { task_name, provider, permission_mode: 'ask', ...more })).thread_id;
  const steps = ['one', 'two'].map(name => spawning(name, provider));
  const master = await spawn('master', { role: 'master', prompt: script(...steps, 'say They work.') });
  const workers: ThreadId[] = [];
  for (const name of ['three', 'four', 'five', 'six']) {
    workers.push(await spawn(name, { prompt: script('say I am here.') }));
  }
  const children = await waitFor('the children', () => {
    const found = [...client.threads.values()].filter(({ parent_id }) => parent_id === master);
    return found.length === 2 && found.every(isResting) ? found.map(({ id }) => id) : undefined;
  });
  return { master, children, workers };
}

async function answerOpen(client: DockClient, person: Person, id: ThreadId, kind?: 'permission') {
  const thread = client.threads.get(id);
  if (thread === undefined || (kind !== undefined && thread.requests[0]?.kind !== kind)) return;
  await person.answerAll(thread);
}

/** Until all that was sent and asked is dealt with, with somebody who answers everything. */
async function settle(client: DockClient, person: Person, ids: readonly ThreadId[]): Promise<void> {
  let pushed = 0;
  const isSettled = async (id: ThreadId): Promise<boolean> => {
    const thread = client.threads.get(id);
    if (thread === undefined || client.state.kind !== 'connected') return false;
    if (thread.requests.length > 0) {
      await person.answerAll(thread);
      return false;
    }
    if (!isResting(thread)) return false;
    const open = thread.inbox.filter(message => isOpenMessage(message, thread));
    // What a turn failed to bring goes with the next one, and starts none by itself.
    if (open.length > 0 && open.every(({ attempts, state }) => attempts > 0 && state === 'queued')) {
      pushed += 1;
      const args = {
        thread_id: id,
        additional_prompt: script('say Go on.'),
        idempotency_key: `push ${id} ${pushed}`,
      };
      await repeated(client, () => client.call('resume_thread', args));
      return false;
    }
    return open.length === 0;
  };
  await waitFor(
    'everything to be dealt with',
    async () => {
      for (const id of ids) if (!(await isSettled(id))) return false;
      return true;
    },
    { timeoutMs: restMs },
  ).catch((cause: unknown) => {
    throw new Error(`Not dealt with: ${ids.map(id => openOf(client.threads.get(id))).join('\n')}`, { cause });
  });
}

function openOf(thread: Thread | undefined): string {
  if (thread === undefined) return 'a thread that is not there';
  const { id, state, since, reason, error, turn, queue, requests } = thread;
  const inbox = thread.inbox.filter(message => isOpenMessage(message, thread));
  return JSON.stringify({ id, state, since, reason, error, turn, queue, requests, inbox });
}

function isResting(thread: Thread): boolean {
  return restStates.has(thread.state);
}
