import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import type { Thread } from '../../src/contracts/thread.ts';
import type { Damage } from '../../src/store/damage.ts';
import { sealImage, writeSeal } from '../../src/store/imageSeal.ts';
import type { JournalPosition } from '../../src/store/journalScan.ts';
import { migrations, schemaVersion } from '../../src/store/migrations.ts';
import { openThreadIndex } from '../../src/store/threadIndex.ts';
import { threadId } from './changes.ts';
import { key } from './journalHarness.ts';
import { temporaryFolder } from './temporaryFolder.ts';

async function makeIndexHarness(t: TestContext) {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'agentdock.db');
  const damage: Damage[] = [];
  return {
    folder,
    file,
    damage,
    open: () => openThreadIndex({ file, key, report: one => damage.push(one) }),
    names: async () => (await readdir(folder)).sort(),
  };
}

function position(gseq: number): JournalPosition {
  return { journal: 'j', segment: 1, offset: gseq * 10, mac: 'm', gseq, epoch: 5 };
}

function thread(number: number, more: Partial<Thread> = {}): Thread {
  const at = new Date(Date.UTC(2026, 0, 1) + number).toISOString();
  return {
    id: threadId(number),
    depth: 1,
    role: 'worker',
    provider: 'codex',
    task_name: `task ${number} "quoted" 'and' \0 ü`,
    working_dir: 'src',
    permission_mode: 'ask',
    state: 'completed',
    since: at,
    evidence: { source: 'provider', at },
    earlier_sessions: [],
    queue: [],
    turns_ended: 1,
    turn_keys: {},
    requests: [],
    rules: [],
    inbox: [],
    message_keys: {},
    cancel_requested: false,
    created_at: at,
    updated_at: at,
    seq: number,
    ...more,
  };
}

test('what was saved is loaded, with its place in the journal', async t => {
  const { open } = await makeIndexHarness(t);
  const first = await open();
  assert.equal(first.loadedPosition, undefined);
  const session = { id: 's1', bound_at: '2026-01-01T00:00:00.000Z', working_dir: 'src' };
  const threads = [thread(1), thread(2, { session, parent_id: threadId(1) })];
  for (const one of threads) first.upsert(one);
  await first.save(position(7));
  assert.equal(first.gseq, 7);
  const second = await open();
  assert.deepEqual([...second.all()], threads);
  assert.deepEqual(second.loadedPosition, position(7));
});

test('any SQLite tool reads the table of threads', async t => {
  const { open, file } = await makeIndexHarness(t);
  const index = await open();
  const session = { id: 's1', bound_at: '2026-01-01T00:00:00.000Z', working_dir: 'src' };
  index.upsert(thread(1, { role: 'master' }));
  index.upsert(thread(2, { session, parent_id: threadId(1), state: 'running' }));
  await index.save(position(7));
  const database = new DatabaseSync(file, { readOnly: true });
  t.after(() => database.close());
  const rows = database
    .prepare(
      'SELECT id, parent_id, role, provider, task_name, state, session_id, working_dir, created_at, updated_at FROM threads ORDER BY id',
    )
    .all();
  assert.deepEqual(
    rows.map(row => ({ ...row })),
    [
      { ...columnsOf(thread(1)), role: 'master', parent_id: null, session_id: null },
      { ...columnsOf(thread(2)), state: 'running', parent_id: threadId(1), session_id: 's1' },
    ],
  );
  const meta = database.prepare('SELECT key, value FROM meta ORDER BY key').all();
  assert.deepEqual(
    meta.map(row => ({ ...row })),
    [
      { key: 'gseq', value: '7' },
      { key: 'schema_version', value: String(schemaVersion) },
    ],
  );
  assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
});

function columnsOf({ id, role, provider, task_name, state, working_dir, created_at, updated_at }: Thread) {
  return { id, role, provider, task_name, state, working_dir, created_at, updated_at };
}

test('a later state of a thread replaces the earlier one and keeps its place', async t => {
  const { open } = await makeIndexHarness(t);
  const index = await open();
  for (const number of [1, 2, 3]) index.upsert(thread(number));
  await index.save(position(3));
  index.upsert(thread(2, { state: 'failed' }));
  assert.equal(index.get(threadId(2))?.state, 'failed');
  await index.save(position(4));
  const again = [...(await open()).all()];
  assert.deepEqual(
    again.map(({ id, state }) => [id, state]),
    [
      [threadId(1), 'completed'],
      [threadId(2), 'failed'],
      [threadId(3), 'completed'],
    ],
  );
});

test('the image before is kept and used when the newest is damaged', async t => {
  const { open, file, names, damage } = await makeIndexHarness(t);
  const index = await open();
  index.upsert(thread(1));
  await index.save(position(1));
  index.upsert(thread(2));
  await index.save(position(2));
  assert.deepEqual(await names(), ['agentdock.db', 'agentdock.db.prev', 'agentdock.db.seal']);
  await writeFile(file, (await readFile(file)).fill(1, 5000, 5100));
  const again = await open();
  assert.deepEqual([...again.all()], [thread(1)]);
  assert.equal(again.loadedPosition?.gseq, 1);
  assert.equal(damage.length, 1);
  assert.ok((await names()).includes(damage[0]?.keptAs ?? ''));
});

test('a crash between any two steps of a save leaves an image that is vouched for', async t => {
  const { open, folder, file } = await makeIndexHarness(t);
  const index = await open();
  index.upsert(thread(1));
  await index.save(position(1));
  const old = join(folder, 'old');
  await copyFile(file, old);
  index.upsert(thread(2));
  await index.save(position(2));
  // The new seal is there, the new image is not named yet.
  await copyFile(file, join(folder, 'new'));
  await copyFile(old, file);
  await rm(`${file}.prev`);
  assert.equal((await open()).loadedPosition?.gseq, 1);
  // The old image has its other name already, the new one has none.
  await copyFile(old, `${file}.prev`);
  await rm(file);
  assert.equal((await open()).loadedPosition?.gseq, 1);
});

test('an image without its seal, or with one of another key, is not opened', async t => {
  const { open, file, names } = await makeIndexHarness(t);
  const index = await open();
  index.upsert(thread(1));
  await index.save(position(1));
  const image = await readFile(file);
  await writeSeal(`${file}.seal`, Buffer.alloc(32, 9), [sealImage(image, position(1))]);
  const again = await open();
  assert.deepEqual([...again.all()], []);
  assert.ok((await names()).some(name => name.startsWith('agentdock.db.bad-')));
});

test('an image of a newer version is left as it is, and the index can only be read', async t => {
  const { open, file, folder } = await makeIndexHarness(t);
  const index = await open();
  index.upsert(thread(1));
  await index.save(position(1));
  const newer = new DatabaseSync(file);
  newer.exec(`ALTER TABLE threads ADD COLUMN colour TEXT; PRAGMA user_version = ${schemaVersion + 1}`);
  newer.close();
  const image = await readFile(file);
  for (const seal of [false, true]) {
    if (seal) await writeSeal(`${file}.seal`, key, [sealImage(image, position(1))]);
    const { mtimeMs } = await stat(file);
    const again = await open();
    assert.equal(again.readOnly?.code, 'version_mismatch');
    assert.match(again.readOnly?.hint ?? '', /Update/);
    assert.equal([...again.all()].length, seal ? 1 : 0);
    await assert.rejects(again.save(position(2)), { code: 'version_mismatch' });
    assert.equal((await stat(file)).mtimeMs, mtimeMs);
  }
  assert.deepEqual(
    (await readdir(folder)).filter(name => name.includes('bad')),
    [],
  );
});

for (let version = 0; version < schemaVersion; version += 1) {
  test(`an image of version ${version} is brought to today's schema`, async t => {
    const { open, file } = await makeIndexHarness(t);
    const old = new DatabaseSync(file);
    for (const step of migrations.slice(0, version)) old.exec(step);
    old.exec(`PRAGMA user_version = ${version}; VACUUM`);
    old.close();
    await writeSeal(`${file}.seal`, key, [sealImage(await readFile(file), position(1))]);
    const index = await open();
    index.upsert(thread(1));
    await index.save(position(2));
    const database = new DatabaseSync(file, { readOnly: true });
    t.after(() => database.close());
    const now = { ...database.prepare('PRAGMA user_version').get() };
    assert.deepEqual(now, { user_version: schemaVersion });
    assert.deepEqual([...(await open()).all()], [thread(1)]);
  });
}

test('the released migrations have not changed', () => {
  const hashes = migrations.map(step =>
    createHash('sha256').update(step.replaceAll(/\s+/g, ' ')).digest('hex').slice(0, 12),
  );
  // Add a line for a new migration; never change one.
  assert.deepEqual(hashes, ['11fad9a66260']);
});

test('a full disk leaves the image before in place', async t => {
  const { open, file, names } = await makeIndexHarness(t);
  const index = await open();
  index.upsert(thread(1));
  await index.save(position(1));
  const before = await readFile(file);
  index.upsert(thread(2));
  const failing = index.save(position(2), async () => {
    throw Object.assign(new Error('ENOSPC: injected'), { code: 'ENOSPC' });
  });
  await assert.rejects(failing, { code: 'storage_unavailable' });
  assert.deepEqual(await readFile(file), before);
  assert.deepEqual(await names(), ['agentdock.db', 'agentdock.db.seal']);
  await index.save(position(2));
  assert.deepEqual([...(await open()).all()], [thread(1), thread(2)]);
});
