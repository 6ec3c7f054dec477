import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JournalEvent, StateChange } from '../../src/contracts/journalEvent.ts';
import { created, of, queued, threadId, wholeTurn } from './changes.ts';
import { collect } from './journalHarness.ts';
import { makeStoreHarness, snapshotOf } from './storeHarness.ts';

const one = threadId(1);

test('a commit is applied, told to listeners in order, and there after opening again', async t => {
  const { open } = await makeStoreHarness(t);
  const store = await open();
  const told: JournalEvent[] = [];
  store.onCommit(events => told.push(...events));
  const events = await store.commit(of(one, created, ...wholeTurn('t1')));
  assert.deepEqual(told, events);
  assert.equal(store.get(one)?.state, 'completed');
  assert.deepEqual(store.get(one)?.result, { text: 'done' });
  const before = snapshotOf(store);
  await store.close();
  const again = await open();
  assert.deepEqual(snapshotOf(again), before);
  assert.deepEqual(again.damage(), []);
  assert.equal(again.lastGseq > (events.at(-1)?.gseq ?? 0), true);
});

test('a listener that throws stops neither the commit nor the other listeners', async t => {
  const { open } = await makeStoreHarness(t);
  const problems: string[] = [];
  const store = await open({ log: message => problems.push(message) });
  let told = 0;
  store.onCommit(() => {
    throw new Error('broken view');
  });
  store.history.onEvent(() => {
    throw new Error('broken viewer');
  });
  store.onCommit(() => {
    told += 1;
  });
  await store.commit(of(one, created));
  assert.equal(told, 1);
  assert.equal(problems.length, 2);
});

test('a change of an id that is none is refused, and blocks nobody', async t => {
  const { open } = await makeStoreHarness(t);
  const store = await open();
  await assert.rejects(store.commit([...of(one, created), ...of('../../x', created)]), {
    code: 'invalid_arguments',
  });
  assert.equal(store.threads().size, 0);
  await store.commit(of(one, created));
  assert.equal((await store.history.read(one)).events.length, 1);
});

test('only one store has a folder open; the next may have it after the close', async t => {
  const { open } = await makeStoreHarness(t);
  const first = await open();
  await assert.rejects(open(), { code: 'conflict' });
  await first.close();
  await open();
});

test('the folder is private, out of git, and holds no absolute path', async t => {
  const { open, state, workspace, read } = await makeStoreHarness(t);
  const store = await open();
  await store.commit(of(one, created, ...wholeTurn('t1')));
  await store.close();
  if (process.platform !== 'win32') assert.equal((await stat(state)).mode & 0o777, 0o700);
  assert.equal(await read('.gitignore'), '*\n');
  const files = [
    'journal/1.jsonl',
    'agentdock.db',
    'agentdock.db.seal',
    'active_workers.json',
    `history/${one}.jsonl`,
  ];
  for (const file of files) assert.ok(!(await read(file)).includes(workspace), file);
});

test('the key stays outside of the workspace', async t => {
  const { open, workspace } = await makeStoreHarness(t);
  await assert.rejects(open({ userConfigDir: join(workspace, 'config') }), { code: 'storage_unavailable' });
});

test('a link in place of the state folder is refused', async t => {
  const { open, workspace, state } = await makeStoreHarness(t);
  const elsewhere = join(workspace, 'elsewhere');
  await mkdir(elsewhere);
  await mkdir(join(workspace, '.agentdock'));
  await symlink(elsewhere, state);
  await assert.rejects(open(), { code: 'storage_unavailable' });
  assert.deepEqual(await readdir(elsewhere), []);
});

test('the state folder moves with the workspace', async t => {
  const { open, workspace } = await makeStoreHarness(t);
  const store = await open();
  await store.commit(of(one, created));
  const before = snapshotOf(store);
  await store.close();
  const moved = `${workspace}-moved`;
  await rename(workspace, moved);
  t.after(() => rm(moved, { recursive: true, force: true }));
  const again = await open({ workspace: moved });
  assert.deepEqual(snapshotOf(again), before);
  assert.deepEqual(again.damage(), []);
});

test('what a killed writer left half done is cleaned away', async t => {
  const { open, state } = await makeStoreHarness(t);
  await (await open()).close();
  const left = [
    'agentdock.db.0a1b2c3d-0000-4000-8000-0123456789ab.tmp',
    'journal/2.jsonl.0a1b2c3d-0000-4000-8000-0123456789ab.tmp',
  ];
  for (const name of left) await writeFile(join(state, name), 'half');
  await open();
  for (const name of left) await assert.rejects(stat(join(state, name)), { code: 'ENOENT' });
});

test('without an image the index is made again from the journal', async t => {
  const { open, state } = await makeStoreHarness(t);
  const store = await open();
  await store.commit(of(one, created, ...wholeTurn('t1')));
  const before = snapshotOf(store);
  await store.close();
  for (const name of ['agentdock.db', 'agentdock.db.prev', 'agentdock.db.seal']) {
    await rm(join(state, name), { force: true });
  }
  const again = await open();
  assert.deepEqual(snapshotOf(again), before);
  await again.close();
  assert.ok((await readdir(state)).includes('agentdock.db'));
});

test('a damaged image is kept aside and made again', async t => {
  const { open, state } = await makeStoreHarness(t);
  const store = await open();
  await store.commit(of(one, created, ...wholeTurn('t1')));
  const before = snapshotOf(store);
  await store.close();
  await rm(join(state, 'agentdock.db.prev'), { force: true });
  await writeFile(join(state, 'agentdock.db'), 'SQLite format 3\0 but not really');
  const again = await open();
  assert.deepEqual(snapshotOf(again), before);
  const [damage] = again.damage();
  assert.equal(damage?.kind, 'corrupt');
  assert.ok((await readdir(state)).includes(damage?.keptAs ?? 'nothing'));
});

test('an image that an agent changed is not believed', async t => {
  const { open, state, read } = await makeStoreHarness(t);
  const store = await open();
  await store.commit(of(one, created));
  const before = snapshotOf(store);
  await store.close();
  const image = await readFile(join(state, 'agentdock.db'));
  await writeFile(
    join(state, 'agentdock.db'),
    Buffer.from(image.toString('latin1').replaceAll('settings', 'hostile!'), 'latin1'),
  );
  await rm(join(state, 'agentdock.db.prev'), { force: true });
  const again = await open();
  assert.deepEqual(snapshotOf(again), before);
  assert.ok(!(await read('active_workers.json')).includes('hostile'));
});

test('a journal that was set back behind the index gets what the index knows', async t => {
  const { open, state, read } = await makeStoreHarness(t);
  const store = await open();
  await store.commit(of(one, created));
  const early = await read('journal/1.jsonl');
  await store.commit(of(one, queued('t1')));
  const before = snapshotOf(store);
  const reached = store.lastGseq;
  await store.close();
  await writeFile(join(state, 'journal', '1.jsonl'), early);
  const again = await open();
  assert.deepEqual(snapshotOf(again), before);
  assert.ok(again.lastGseq > reached);
  assert.ok(again.damage().some(({ kind }) => kind === 'lost'));
  await again.close();
  for (const name of ['agentdock.db', 'agentdock.db.prev']) await rm(join(state, name), { force: true });
  assert.deepEqual(snapshotOf(await open()), before);
});

test('a state of another user is foreign: nothing of it is acted on', async t => {
  const { open } = await makeStoreHarness(t);
  const mine = await open();
  await mine.commit(of(one, created, queued('t1')));
  await mine.close();
  const { userConfigDir } = await makeStoreHarness(t);
  const theirs = await open({ userConfigDir });
  assert.deepEqual(snapshotOf(theirs), []);
  assert.ok(theirs.damage().some(({ kind }) => kind === 'foreign'));
  const events = await theirs.commit(of(threadId(2), created));
  assert.equal(theirs.get(threadId(2))?.state, 'queued');
  await theirs.close();
  const again = await open({ userConfigDir });
  assert.deepEqual([...again.threads().keys()], [threadId(2)]);
  assert.deepEqual(await collect(again.readFrom(0)), events);
});

const change: fc.Arbitrary<StateChange[]> = fc.oneof(
  fc.constantFrom('t1', 't2', 't3').map(turn => [queued(turn)]),
  fc.constantFrom('t1', 't2', 't3').map(turn => wholeTurn(turn)),
  fc.constantFrom('t1', 't2', 't3').map((turn_id): StateChange[] => [{ type: 'turn.preparing', turn_id }]),
  fc.constant<StateChange[]>([{ type: 'cancel.requested', by: 'agent' }]),
);

test('rebuilt from the journal alone, the index is the same as the living one', async t => {
  const { open, state } = await makeStoreHarness(t);
  const commits = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), change), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(commits, fc.boolean(), async (steps, loseImage) => {
      const store = await open({ segmentBytes: 3000 });
      for (const [number, changes] of steps) {
        const id = threadId(number);
        const known = store.get(id) === undefined ? of(id, created) : [];
        await store.commit([...known, ...of(id, ...changes)]);
      }
      const living = snapshotOf(store);
      await store.close();
      if (loseImage) {
        for (const name of ['agentdock.db', 'agentdock.db.prev'])
          await rm(join(state, name), { force: true });
      }
      const again = await open();
      assert.deepEqual(snapshotOf(again), living);
      assert.deepEqual(again.damage(), []);
      await again.close();
    }),
    { numRuns: 15 },
  );
});
