import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { collect } from './journalHarness.ts';
import { makeStoreHarness, snapshotOf } from './storeHarness.ts';

interface Acknowledged {
  readonly id: string;
  readonly seq: number;
  readonly gseq: number;
}

/** What a process that is killed after so many acknowledged changes had said by then. */
async function runUntilKilled(t: TestContext, count: number, args: readonly string[]) {
  const script = fileURLToPath(import.meta.resolve('./committer.ts'));
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const acknowledged: Acknowledged[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', line => {
    acknowledged.push(JSON.parse(line));
    if (acknowledged.length === count) child.kill('SIGKILL');
  });
  await Promise.all([once(child, 'exit'), once(lines, 'close')]);
  return acknowledged;
}

test('killed again and again, a host loses no acknowledged change, and each start goes on from there', {
  timeout: 120_000,
}, async t => {
  const { open, workspace, userConfigDir, state } = await makeStoreHarness(t);
  const all: Acknowledged[] = [];
  for (const count of [1, 40, 150, 300, 7]) {
    all.push(...(await runUntilKilled(t, count, [workspace, userConfigDir])));
    const store = await open();
    assert.deepEqual(
      store.damage().filter(({ kind }) => kind !== 'torn'),
      [],
    );
    const events = await collect(store.readFrom(0));
    const numbers = new Set(events.map(event => event.gseq));
    assert.equal(numbers.size, events.length);
    for (const { gseq } of all) assert.ok(numbers.has(gseq), `number ${gseq} is missing`);
    for (const id of store.threads().keys()) {
      const history = await store.history.read(id, { limit: 1_000_000, maxBytes: 1e9 });
      const seqs = history.events.map(event => event.seq);
      assert.deepEqual(
        seqs,
        [...new Set(seqs)].sort((a, b) => a - b),
      );
      for (const event of events) if (event.thread === id) assert.ok(seqs.includes(event.seq));
    }
    const living = snapshotOf(store);
    await store.close();
    await removeImages(state);
    const rebuilt = await open();
    assert.deepEqual(snapshotOf(rebuilt), living);
    await rebuilt.close();
  }
  const numbers = all.map(({ gseq }) => gseq);
  assert.equal(new Set(numbers).size, numbers.length, 'a number was given twice');
});

async function removeImages(state: string): Promise<void> {
  for (const name of ['agentdock.db', 'agentdock.db.prev']) await rm(`${state}/${name}`, { force: true });
}
