import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { dropsOf } from '../host/drops.ts';
import { type Dock, makeDock } from '../host/harness.ts';
import { isGone } from '../host/processes.ts';
import { historyOf } from '../host/turns.ts';
import { makeRandom } from '../support/random.ts';
import { waitFor } from '../support/waitFor.ts';

// The runner of the long tests chooses one and prints it.
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const rounds = Number(process.env['ROUNDS'] ?? 40);
const inOneRound = 8;
/** Longer than a host takes to start and to answer what lies there. */
const longestLifeMs = 2_500;

test(`${rounds * inOneRound} requests under a host killed ${rounds} times are each handled once (SEED=${seed})`, async t => {
  const random = makeRandom(seed);
  // A provider that is not there: what counts is what the journal holds.
  const dock = await makeDock(t, { settings: { codex_path: '/nowhere/codex' } });
  const { drop, result } = dropsOf(dock);
  await dock.startHost();
  await drop('base', { tool: 'spawn_thread', args: { task_name: 'base', provider: 'codex', prompt: 'Go.' } });
  const thread_id = threadIn(await result('base'));
  const texts: Record<Kind, string[]> = { spawn: [], resume: [], send: [], cancel: [] };
  for (let round = 0; round < rounds; round += 1) {
    const killing = killAfter(dock, random() * longestLifeMs);
    for (let count = 0; count < inOneRound; count += 1) {
      const kind = kinds[Math.floor(random() * kinds.length)] ?? 'spawn';
      const text = `${kind}-${round}-${count}`;
      texts[kind].push(text);
      await drop(text, callOf(kind, text, thread_id));
    }
    t.diagnostic(`round ${round}: a host lived ${await killing} ms`);
  }
  await dock.startHost();
  for (const text of [texts.spawn, texts.resume, texts.send].flat()) {
    const reply = await result(text);
    assert.equal(reply.ok, true, `${text}: ${JSON.stringify(reply)}`);
  }
  let cancelled = 0;
  for (const text of texts.cancel) {
    const reply = await result(text);
    if (reply.ok) cancelled += 1;
    // What it was to cancel had ended by then.
    else assert.equal(reply.error.code, 'conflict', `${text}: ${JSON.stringify(reply)}`);
  }
  const client = await dock.connect();
  const { threads } = await client.call('list_threads', { limit: 1000 });
  assert.deepEqual(threads.map(thread => thread.task_name).sort(), ['base', ...texts.spawn].sort());
  const events = await historyOf(client, thread_id);
  const count = (type: string, text: string) =>
    events.filter(event => event.type === type && JSON.stringify(event).includes(`"${text}"`)).length;
  for (const text of texts.resume) assert.equal(count('turn.queued', text), 1, text);
  for (const text of texts.send) assert.equal(count('message.queued', text), 1, text);
  const cancels = events.filter(({ type }) => type === 'cancel.requested').length;
  assert.ok(cancels <= cancelled, `${cancelled} requests cancelled something, ${cancels} times`);
  await waitFor('nothing to be left', async () => (await readdir(dock.state('drops'))).join() === 'known');
});

const kinds = ['spawn', 'resume', 'send', 'cancel'] as const;
type Kind = (typeof kinds)[number];

function callOf(kind: Kind, text: string, thread_id: string): object {
  switch (kind) {
    case 'spawn':
      return { tool: 'spawn_thread', args: { task_name: text, provider: 'codex', prompt: text } };
    case 'resume':
      return { tool: 'resume_thread', args: { thread_id, additional_prompt: text } };
    case 'send':
      return { tool: 'send_message', args: { thread_id, text } };
    case 'cancel':
      return { tool: 'cancel_thread', args: { thread_id } };
  }
}

/** Starts a host where none runs, and kills whatever runs after some milliseconds, also in the midst of its start. */
async function killAfter(dock: Dock, lifeMs: number): Promise<number> {
  const starting = dock.startHost().catch(() => undefined);
  await pause(lifeMs);
  const pids = await waitFor('a host', async () => {
    const found = await dock.hostPids();
    return found.length > 0 ? found : undefined;
  });
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await waitFor('it to be gone', async () => (await Promise.all(pids.map(isGone))).every(Boolean));
  await starting;
  return Math.round(lifeMs);
}

function threadIn(reply: object): string {
  return /"thread_id":"([^"]+)"/.exec(JSON.stringify(reply))?.[1] ?? assert.fail(JSON.stringify(reply));
}
