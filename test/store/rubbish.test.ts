import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { created, of, queued, threadId, wholeTurn } from './changes.ts';
import { makeStoreHarness, snapshotOf } from './storeHarness.ts';

const one = threadId(1);
const files = [
  'agentdock.db',
  'agentdock.db.prev',
  'agentdock.db.seal',
  'active_workers.json',
  'journal/1.jsonl',
  `history/${one}.jsonl`,
] as const;

/** What becomes of a file, given what was in it; undefined removes it. */
const damages: Readonly<Record<string, (before: Buffer) => Buffer | 'folder' | undefined>> = {
  'is emptied': () => Buffer.alloc(0),
  'is gone': () => undefined,
  'is a folder': () => 'folder',
  'is all NULs': before => Buffer.alloc(before.length),
  'is cut in the middle': before => before.subarray(0, before.length / 2),
  'lacks its last byte': before => before.subarray(0, -1),
  'has a changed byte': before =>
    before.fill((before[before.length >> 1] ?? 0) ^ 1, before.length >> 1, (before.length >> 1) + 1),
};

async function replace(
  file: string,
  damage: (before: Buffer) => Buffer | 'folder' | undefined,
): Promise<void> {
  const after = damage(await readFile(file).catch(() => Buffer.alloc(0)));
  await rm(file, { force: true });
  if (after === 'folder') await mkdir(file);
  else if (after !== undefined) await writeFile(file, after);
}

for (const name of files) {
  for (const [what, damage] of Object.entries(damages)) {
    test(`when ${name.replace(one, 'ID')} ${what}, the store opens, knows all threads and goes on`, async t => {
      const { open, state } = await makeStoreHarness(t);
      const first = await open();
      await first.commit(of(one, created, ...wholeTurn('t1')));
      first.history.append(one, 't1', { type: 'text', item: 'a', text: 'hello' });
      await first.close();
      const second = await open();
      await second.commit(of(one, queued('t2')));
      const known = snapshotOf(second);
      await second.close();
      await replace(join(state, name), damage);
      const third = await open();
      assert.deepEqual(snapshotOf(third), known);
      await third.history.read(one);
      await third.commit(of(one, queued('t3')));
      assert.equal(third.readOnly, undefined);
      const living = snapshotOf(third);
      await third.close();
      const fourth = await open();
      assert.deepEqual(snapshotOf(fourth), living);
    });
  }
}
