import assert from 'node:assert/strict';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { deriveKey, loadUserKey } from '../../src/store/userKey.ts';
import { temporaryFolder } from './temporaryFolder.ts';

test('the key is made once, private, and is the same ever after', async t => {
  const folder = join(await temporaryFolder(t), 'config', 'agentdock');
  const key = await loadUserKey(folder);
  assert.equal(key.length, 32);
  assert.deepEqual(await loadUserKey(folder), key);
  if (process.platform !== 'win32') assert.equal((await stat(join(folder, 'state.key'))).mode & 0o777, 0o600);
});

test('many that start at once get the same key', async t => {
  const folder = await temporaryFolder(t);
  const keys = await Promise.all(Array.from({ length: 20 }, () => loadUserKey(folder)));
  assert.equal(new Set(keys.map(key => key.toString('hex'))).size, 1);
  assert.deepEqual(await readdir(folder), ['state.key']);
});

test('a key that others can read is made private again', {
  skip: process.platform === 'win32' ? 'Windows has no such modes' : false,
}, async t => {
  const folder = await temporaryFolder(t);
  await loadUserKey(folder);
  await chmod(join(folder, 'state.key'), 0o644);
  await loadUserKey(folder);
  assert.equal((await stat(join(folder, 'state.key'))).mode & 0o777, 0o600);
});

test('a damaged key is an error and is left as it is', async t => {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'state.key');
  for (const content of ['', 'too short', 'x'.repeat(33)]) {
    await writeFile(file, content);
    await assert.rejects(loadUserKey(folder), { code: 'storage_unavailable', retryable: false });
    assert.equal(await readFile(file, 'utf8'), content);
  }
});

test('a key of one purpose says nothing about another', async t => {
  const key = await loadUserKey(await temporaryFolder(t));
  assert.notDeepEqual(deriveKey(key, 'journal'), deriveKey(key, 'index'));
  assert.deepEqual(deriveKey(key, 'index'), deriveKey(key, 'index'));
});
