import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import * as z from 'zod';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { type ModelServer, startModelServer } from '../models/server.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeDock } from './harness.ts';
import { commandLineOf } from './processes.ts';
import { databaseRows, historyFile } from './stateFiles.ts';
import {
  atRest,
  endedTurns,
  historyOf,
  inState,
  providers,
  resumeToEnd,
  script,
  spawnThread,
} from './turns.ts';

let models: ModelServer;
before(async () => {
  models = await startModelServer();
});
after(() => models.close());

const mirrorSchema = z.looseObject({ workers: z.array(z.looseObject({ id: z.string() })) });

test('ten spawns at once over three providers give ten results, ten histories, a sound database and mirror', async t => {
  const dock = await makeDock(t, { models, settings: { max_running: 6 } });
  const client = await dock.connect();
  const wanted = Array.from({ length: 10 }, (_, index) => ({
    provider: providers[index % 3] ?? 'codex',
    prompt: script(`shell echo tool-${index}`, `say Answer ${index}.`),
    task_name: `Task ${index}`,
  }));
  const ids = await Promise.all(wanted.map(one => spawnThread(client, one)));
  assert.equal(new Set(ids).size, 10);
  await waitFor('the mirror to name who is not at rest', async () => {
    const text = await readFile(dock.state('active_workers.json'), 'utf8').catch(() => '{"workers":[]}');
    return mirrorSchema.parse(JSON.parse(text)).workers.some(({ id }) => ids.includes(id));
  });

  const threads = await Promise.all(ids.map(id => atRest(client, id)));
  assert.deepEqual(
    threads.map(({ result, error }) => error ?? result),
    wanted.map((_, index) => `Answer ${index}.`),
  );
  assert.equal(new Set(threads.map(({ session_id }) => session_id)).size, 10);
  for (const [index, id] of ids.entries()) {
    const events = await historyOf(client, id);
    assert.equal(endedTurns(events).length, 1);
    const own = JSON.stringify(events);
    for (const other of ids.keys()) assert.equal(own.includes(`tool-${other}`), other === index);
    const seqs = events.map(({ seq }) => seq);
    assert.deepEqual(
      seqs,
      [...new Set(seqs)].sort((a, b) => a - b),
    );
  }

  client.dispose();
  await dock.killHost('SIGTERM');
  const empty = mirrorSchema.parse(JSON.parse(await readFile(dock.state('active_workers.json'), 'utf8')));
  assert.deepEqual(empty.workers, []);
  const rows = await databaseRows(dock);
  assert.deepEqual(new Set(rows.map(({ id }) => id)), new Set(ids));
  for (const thread of threads) {
    const row = rows.find(({ id }) => id === thread.thread_id);
    assert.deepEqual(
      [row?.state, row?.session_id, row?.provider, row?.role, row?.working_dir, row?.parent_id],
      ['completed', thread.session_id, thread.provider, 'worker', '.', null],
    );
    assert.ok((await historyFile(dock, thread.thread_id)).length > 3);
  }
});

test('eight codex threads share one app-server process', async t => {
  const dock = await makeDock(t, { models, settings: { max_running: 8 } });
  const client = await dock.connect();
  const prompt = (index: number) => script(`gate eight-${index}`, `say Answer ${index}.`);
  const indexes = Array.from({ length: 8 }, (_, index) => index);
  const ids = await Promise.all(
    indexes.map(index => spawnThread(client, { provider: 'codex', prompt: prompt(index) })),
  );
  await Promise.all(indexes.map(index => models.gates.arrival(`eight-${index}`)));
  const running = await Promise.all(ids.map(id => inState(client, id, 'running')));
  assert.equal(new Set(running.map(({ turn }) => turn?.process?.pid)).size, 1);
  const servers = (await dock.processes()).filter(pid => commandLineOf(pid).includes('app-server'));
  assert.deepEqual(servers, [running[0]?.turn?.process?.pid]);
  for (const index of indexes) models.gates.open(`eight-${index}`);
  const results = await Promise.all(ids.map(async id => (await atRest(client, id)).result));
  assert.deepEqual(
    results,
    indexes.map(index => `Answer ${index}.`),
  );
});

test('a repeated call with the same idempotency key gives the first thread, also at once and after a restart', async t => {
  const dock = await makeDock(t, { models });
  const client = await dock.connect();
  const args = {
    task_name: 'Once',
    provider: 'codex',
    prompt: script('say Once.'),
    idempotency_key: 'k-1',
  } as const;
  const replies = await Promise.all([1, 2, 3].map(() => client.call('spawn_thread', args)));
  assert.equal(new Set(replies.map(({ thread_id }) => thread_id)).size, 1);
  assert.equal(new Set(replies.map(({ turn_id }) => turn_id)).size, 1);
  assert.deepEqual(replies.map(({ repeated }) => repeated).sort(), [false, true, true]);
  const id = replies[0]?.thread_id ?? '';
  assert.equal((await atRest(client, id)).result, 'Once.');

  const next = { thread_id: id, additional_prompt: script('say Twice.'), idempotency_key: 'k-2' };
  const resumes = await Promise.all([1, 2].map(() => client.call('resume_thread', next)));
  assert.equal(new Set(resumes.map(({ turn_id }) => turn_id)).size, 1);
  assert.equal((await atRest(client, id)).turns_ended, 2);

  await dock.killHost('SIGKILL');
  const again = await dock.connect();
  const repeated = await again.call('spawn_thread', args);
  assert.deepEqual(
    [repeated.thread_id, repeated.turn_id, repeated.repeated],
    [id, replies[0]?.turn_id, true],
  );
  assert.equal((await again.call('resume_thread', next)).turn_id, resumes[0]?.turn_id);
  const { total, threads } = await again.call('list_threads', {});
  assert.deepEqual([total, threads[0]?.turns_ended, threads[0]?.state], [1, 2, 'completed']);
  await assert.rejects(again.call('spawn_thread', { ...args, task_name: 'Another' }), { code: 'conflict' });
});

test('what is over the cap waits in the order of its calls, and the queue outlives the host', async t => {
  const dock = await makeDock(t, { models, settings: { max_running: 1 } });
  const client = await dock.connect();
  const spawn = (name: string, ...steps: string[]) =>
    client.call('spawn_thread', { task_name: name, provider: 'codex', prompt: script(...steps) });
  const first = await spawn('First', 'gate fifo', 'say First.');
  const others: ThreadId[] = [];
  for (const [index, name] of ['Second', 'Third', 'Fourth'].entries()) {
    const reply = await spawn(name, `say ${name}.`);
    assert.deepEqual([reply.state, reply.queue_position], ['queued', index + 1]);
    assert.deepEqual(reply.fleet, { running: 1, queued: index + 1, waiting: 0, capacity: 1 });
    others.push(reply.thread_id);
  }
  await models.gates.arrival('fifo');
  await dock.killHost('SIGKILL');

  const again = await dock.connect();
  const threads = await Promise.all(others.map(id => atRest(again, id)));
  assert.deepEqual(
    threads.map(({ result }) => result),
    ['Second.', 'Third.', 'Fourth.'],
  );
  const started = await Promise.all(
    others.map(async id => {
      const events = await historyOf(again, id);
      return String(events.find(({ type }) => type === 'turn.preparing')?.['gseq']);
    }),
  );
  assert.deepEqual(
    started,
    [...started].sort((a, b) => Number(a) - Number(b)),
  );
  assert.equal((await atRest(again, first.thread_id)).state, 'interrupted');
});

test('a prompt for a busy thread waits behind its running turn, and both answer', async t => {
  const dock = await makeDock(t, { models });
  const client = await dock.connect();
  const thread = await spawnThread(client, {
    provider: 'codex',
    prompt: script('gate busy', 'remember pear'),
  });
  await models.gates.arrival('busy');
  await inState(client, thread, 'running');
  const queued = await client.call('resume_thread', {
    thread_id: thread,
    additional_prompt: script('recall'),
  });
  assert.deepEqual([queued.state, queued.repeated], ['running', false]);
  assert.equal((await client.call('get_thread', { thread_id: thread })).thread.queued_turns, 1);
  models.gates.open('busy');
  const done = await atRest(client, thread);
  assert.deepEqual([done.turns_ended, done.queued_turns], [2, 0]);
  assert.equal(done.result, 'earlier prompts: 1; tool calls: 0; tool results: 0; words: pear');
});

test('wait_threads tells each end once, says who still runs, and comes back when the time is over', async t => {
  const dock = await makeDock(t, { models });
  const client = await dock.connect();
  const spawn = (gate: string) =>
    spawnThread(client, { provider: 'codex', prompt: script(`gate ${gate}`, `say ${gate}.`) });
  const [a, b] = [await spawn('wait-a'), await spawn('wait-b')];
  const thread_ids = [a, b];

  const nothing = await client.call('wait_threads', { thread_ids, timeout_s: 0.2 });
  assert.deepEqual([nothing.finished, nothing.still_running, nothing.timed_out], [[], thread_ids, true]);
  models.gates.open('wait-a');
  const one = await client.call('wait_threads', { thread_ids, cursor: nothing.cursor });
  assert.deepEqual(
    one.finished.map(({ thread_id }) => thread_id),
    [a],
  );
  assert.deepEqual([one.still_running, one.timed_out], [[b], false]);
  const again = client.call('wait_threads', { thread_ids, cursor: one.cursor });
  models.gates.open('wait-b');
  const two = await again;
  assert.deepEqual(
    two.finished.map(({ thread_id }) => thread_id),
    [b],
  );
  assert.deepEqual(two.still_running, []);
  // A further turn is news again.
  await resumeToEnd(client, a, script('say More.'));
  const more = await client.call('wait_threads', { thread_ids, cursor: two.cursor });
  assert.deepEqual(
    more.finished.map(({ thread_id }) => thread_id),
    [a],
  );
});
