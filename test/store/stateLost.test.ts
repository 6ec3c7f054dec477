import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readFile, rename, rm, rmdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import type { Damage } from '../../src/store/damage.ts';
import { realFileOps } from '../../src/store/fileOps.ts';
import { listSegments, segmentName } from '../../src/store/journalSegments.ts';
import { schemaVersion } from '../../src/store/migrations.ts';
import { ThreadHistory } from '../../src/store/threadHistory.ts';
import type { ThreadStore } from '../../src/store/threadStore.ts';
import { contentOf } from '../host/stateFiles.ts';
import { waitFor } from '../support/waitFor.ts';
import { created, of, queued, threadId, wholeTurn } from './changes.ts';
import { countingOps } from './journalHarness.ts';
import { makeStoreHarness, snapshotOf } from './storeHarness.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const one = threadId(1);
const two = threadId(2);

/** A store with one finished thread and one that waits, in several segments. */
async function makeFilledStore(t: TestContext) {
  const harness = await makeStoreHarness(t);
  const store = await harness.open({ segmentBytes: 1500 });
  await store.commit(of(one, created));
  for (const change of wholeTurn('t1')) await store.commit(of(one, change));
  await store.commit(of(two, created, queued('t1')));
  await store.flush();
  return { ...harness, store };
}

/** A commit is taken although the state was removed or changed before. */
async function commitOne(store: ThreadStore): Promise<void> {
  await store.commit(of(two, queued('t2')));
  assert.equal(store.get(two)?.queue.length, 2);
  assert.equal(store.readOnly, undefined);
}

test('after `git clean -fdx` under a living host nothing known is lost', async t => {
  const { store, open, workspace, state, read } = await makeFilledStore(t);
  execFileSync('git', ['init', '-q', workspace]);
  execFileSync('git', ['-C', workspace, 'clean', '-q', '-ffdx']);
  await assert.rejects(stat(state), { code: 'ENOENT' });
  await commitOne(store);
  assert.ok(store.damage().some(({ kind }) => kind === 'lost'));
  const living = snapshotOf(store);
  await waitFor('the mirror to be back', () => read('active_workers.json').catch(() => ''));
  assert.equal(await read('.gitignore'), '*\n');
  await store.close();
  const again = await open();
  assert.deepEqual(snapshotOf(again), living);
});

test('a commit is refused when the state goes away while it is being written', async t => {
  const { open, state } = await makeStoreHarness(t);
  let removes = false;
  const { ops } = countingOps({
    datasync: async fd => {
      await realFileOps.datasync(fd);
      if (removes) await rm(state, { recursive: true });
      removes = false;
    },
  });
  const store = await open({ fileOps: ops });
  await store.commit(of(two, created, queued('t1')));
  removes = true;
  await assert.rejects(store.commit(of(two, queued('t2'))), (error: unknown) => {
    assert.ok(error instanceof DockError);
    assert.equal(error.code, 'storage_unavailable');
    assert.equal(error.retryable, true);
    return true;
  });
  assert.equal(store.get(two)?.queue.length, 1);
  await commitOne(store);
  const living = snapshotOf(store);
  await store.close();
  assert.deepEqual(snapshotOf(await open()), living);
});

test('rewritten from memory, the journal alone gives the same threads', async t => {
  const { store, open, state } = await makeFilledStore(t);
  await rm(state, { recursive: true });
  await commitOne(store);
  const living = snapshotOf(store);
  await store.close();
  for (const name of ['agentdock.db', 'agentdock.db.prev']) await rm(join(state, name), { force: true });
  assert.deepEqual(snapshotOf(await open()), living);
});

test('a transcript that was removed gets its known changes of state back', async t => {
  const { store, open, state } = await makeFilledStore(t);
  store.history.append(one, 't1', { type: 'text', item: 'a', text: 'gone for good' });
  await store.close();
  await rm(join(state, 'history', `${one}.jsonl`));
  const again = await open();
  const { events } = await again.history.read(one);
  assert.deepEqual(
    events.map(event => event.type),
    ['thread.created', 'turn.queued', 'turn.preparing', 'turn.starting', 'turn.started', 'turn.ended'],
  );
});

test('another file in place of the journal is kept aside', async t => {
  const { store, open, state } = await makeFilledStore(t);
  const segment = join(state, 'journal', await newestSegment(state));
  await copyFile(segment, `${segment}.copy`);
  await rename(`${segment}.copy`, segment);
  await commitOne(store);
  const damage = store.damage().find(({ kind }) => kind === 'lost');
  assert.ok(damage?.keptAs);
  assert.ok((await stat(join(state, damage.keptAs))).size > 0);
  const living = snapshotOf(store);
  await store.close();
  assert.deepEqual(snapshotOf(await open()), living);
});

test('a journal that was cut under a living host is written again', async t => {
  const { store, open, state } = await makeFilledStore(t);
  await truncate(join(state, 'journal', await newestSegment(state)), 10);
  await commitOne(store);
  const living = snapshotOf(store);
  await store.close();
  for (const name of ['agentdock.db', 'agentdock.db.prev']) await rm(join(state, name), { force: true });
  assert.deepEqual(snapshotOf(await open()), living);
});

test('a long text finds its place again after the state was removed', async t => {
  const { store, state } = await makeFilledStore(t);
  await rm(state, { recursive: true });
  const ref = await store.putText('x'.repeat(100_000));
  assert.ok('file' in ref);
  assert.equal((await store.getText(ref)).length, 100_000);
  await commitOne(store);
});

test('a lock that was removed is put back, and the commit is taken', async t => {
  const { store, state } = await makeFilledStore(t);
  const lock = await readFile(join(state, 'lock'), 'utf8');
  await rm(join(state, 'lock'));
  await store.commit(of(two, queued('t2')));
  assert.equal(await readFile(join(state, 'lock'), 'utf8'), lock);
});

for (const content of ['', '{}']) {
  test(`a lock that was changed to ${JSON.stringify(content)} is brought back, and the commit is taken`, async t => {
    const { store, state } = await makeFilledStore(t);
    const lock = await readFile(join(state, 'lock'), 'utf8');
    await writeFile(join(state, 'lock'), content);
    await commitOne(store);
    assert.equal(await readFile(join(state, 'lock'), 'utf8'), lock);
  });
}

test('a host whose lock is another one writes nothing any more', async t => {
  const { store, state } = await makeFilledStore(t);
  const lock = join(state, 'lock');
  const theirs = { ...JSON.parse(await readFile(lock, 'utf8')), nonce: 'somebody-elses-nonce' };
  assert.equal(await store.lockHolder(), 'ours');
  await writeFile(lock, JSON.stringify(theirs));
  assert.equal(await store.lockHolder(), 'other');
  const before = await contentOf(state);
  // A turn that still runs goes on saying what it does.
  const { seq } = store.history.append(one, 't1', { type: 'text', item: 'a', text: 'still here' });
  await store.flush();
  await assert.rejects(store.commit(of(two, queued('t2'))), { code: 'conflict' });
  assert.equal(store.readOnly?.code, 'conflict');
  await assert.rejects(store.putText('x'.repeat(100_000)), { code: 'conflict' });
  assert.equal((await store.history.read(one)).events.at(-1)?.seq, seq);
  await store.close();
  assert.deepEqual(await contentOf(state), before);
});

test('a transcript waits while the lock is not there, and is written when it is back', async t => {
  const { store, state, read } = await makeFilledStore(t);
  await rm(join(state, 'lock'));
  store.history.append(one, 't1', { type: 'text', item: 'a', text: 'still here' });
  await store.history.flush();
  assert.doesNotMatch(await read(`history/${one}.jsonl`), /still here/);
  await commitOne(store);
  await store.flush();
  assert.match(await read(`history/${one}.jsonl`), /still here/);
});

test('a transcript that waited for the lock is written when that is back, without another event', async t => {
  const { store, state, read } = await makeFilledStore(t);
  const lock = await readFile(join(state, 'lock'), 'utf8');
  await rm(join(state, 'lock'));
  store.history.append(one, 't1', { type: 'text', item: 'a', text: 'still here' });
  await store.history.flush();
  await writeFile(join(state, 'lock'), lock);
  await waitFor('the transcript', async () => (await read(`history/${one}.jsonl`)).includes('still here'));
});

test('what a transcript drops, because it could not be written for too long, is reported once as lost', async t => {
  const damage: Damage[] = [];
  const history = new ThreadHistory({
    path: join(await temporaryFolder(t), 'one.jsonl'),
    file: 'history/one.jsonl',
    report: found => damage.push(found),
    emit: () => undefined,
    mayWrite: () => Promise.reject(new Error('no disk')),
    missingAfter: async () => [],
    stateEvents: async () => [],
  });
  t.after(() => history.close());
  const add = (from: number, to: number) => {
    for (let seq = from; seq <= to; seq += 1)
      history.add({ seq, at: '2026-01-02T03:04:05.000Z', type: 'text', item: 'a', text: 'x' });
  };
  add(1, 20_000);
  await history.flush();
  assert.deepEqual(
    damage.map(({ kind }) => kind),
    ['unsaved'],
  );
  add(20_001, 20_002);
  await history.flush();
  add(20_003, 20_003);
  await history.flush();
  assert.deepEqual(
    damage.map(({ kind }) => kind),
    ['unsaved', 'lost'],
  );
});

for (const name of ['active_workers.json', 'agentdock.db.seal']) {
  test(`${name}, which something was in the way of, is written once it can be, without another change`, async t => {
    const { store, state } = await makeFilledStore(t);
    await rm(join(state, name));
    await mkdir(join(state, name));
    await store.commit(of(two, queued('t2')));
    await store.flush();
    await store.flush();
    const [failure, ...more] = store.damage();
    assert.deepEqual([failure?.kind, more.length], ['unsaved', 0]);
    await rmdir(join(state, name));
    await waitFor(
      name,
      async () => (await stat(join(state, name)).catch(() => undefined))?.isFile() === true,
    );
  });
}

test('of a state that can only be read nothing is changed by reading it', async t => {
  const { store, open, state } = await makeFilledStore(t);
  store.history.append(one, 't1', { type: 'text', item: 'a', text: 'said' });
  await store.close();
  const database = new DatabaseSync(join(state, 'agentdock.db'));
  database.exec(`PRAGMA user_version = ${schemaVersion + 1}`);
  database.close();
  const history = join(state, 'history', `${one}.jsonl`);
  const lines = (await readFile(history, 'utf8')).split('\n');
  // Its second change of state is damaged, and the last two lines, a change of state and the text, are lost.
  await writeFile(history, `${lines.with(1, 'damaged').slice(0, -3).join('\n')}\n`);
  const before = await contentOf(state);

  const again = await open();
  assert.equal(again.readOnly?.code, 'version_mismatch');
  const { events } = await again.history.read(one);
  assert.deepEqual(
    events.map(event => event.type),
    ['thread.created', 'turn.preparing', 'turn.starting', 'turn.started', 'turn.ended'],
  );
  await assert.rejects(again.putText('x'.repeat(100_000)), { code: 'version_mismatch' });
  await assert.rejects(again.commit(of(two, queued('t2'))), { code: 'version_mismatch' });
  await again.close();
  assert.deepEqual(await contentOf(state), before);
});

test('a file in the place of the state folder has changes refused until it is moved aside', async t => {
  const { store, state } = await makeFilledStore(t);
  await rename(state, `${state}-elsewhere`);
  await writeFile(state, 'in the way');
  const three = threadId(3);
  await assert.rejects(store.commit(of(three, created)), { code: 'storage_unavailable', hint: /aside/ });
  await rm(state);
  await rename(`${state}-elsewhere`, state);
  await store.commit(of(three, created));
  assert.equal((await store.history.read(three)).events.length, 1);
});

test('a workspace that was moved away is not made again at the old place', async t => {
  const { store, workspace } = await makeFilledStore(t);
  const moved = `${workspace}-moved`;
  await rename(workspace, moved);
  t.after(() => rm(moved, { recursive: true, force: true }));
  await assert.rejects(store.commit(of(two, queued('t2'))), {
    code: 'storage_unavailable',
    retryable: false,
  });
  assert.match(store.readOnly?.message ?? '', /moved/);
  await store.close();
  await assert.rejects(stat(workspace), { code: 'ENOENT' });
});

test('a workspace folder that was replaced by another one is left alone', async t => {
  const { store, workspace } = await makeFilledStore(t);
  const moved = `${workspace}-moved`;
  await rename(workspace, moved);
  t.after(() => rm(moved, { recursive: true, force: true }));
  execFileSync('git', ['init', '-q', workspace]);
  await assert.rejects(store.commit(of(two, queued('t2'))), { code: 'storage_unavailable' });
  await store.close();
  await assert.rejects(stat(join(workspace, '.agentdock')), { code: 'ENOENT' });
});

async function newestSegment(state: string): Promise<string> {
  return segmentName((await listSegments(join(state, 'journal'))).at(-1)?.segment ?? 0);
}
