import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { test } from 'node:test';
import { registerWindowKey } from '../../src/client/registerWindowKey.ts';
import { windowKeyFile } from '../../src/core/windowKeyFolder.ts';
import { temporaryFolder } from '../store/temporaryFolder.ts';

test('a listed key is not written again, and one that was changed is replaced as a whole', async t => {
  const folder = await temporaryFolder(t);
  const key = '-----BEGIN PUBLIC KEY-----\nkey\n-----END PUBLIC KEY-----\n';
  const file = windowKeyFile(folder, key);
  const register = () => registerWindowKey(key, folder);
  await register();
  const written = async () => {
    const { ino, mtimeNs } = await stat(file, { bigint: true });
    return { ino, mtimeNs };
  };
  const first = await written();
  await register();
  assert.deepEqual(await written(), first);
  await writeFile(file, '');
  await register();
  assert.equal(await readFile(file, 'utf8'), key);
  assert.notEqual((await written()).ino, first.ino);
  assert.deepEqual(await readdir(dirname(file)), [basename(file)]);
});
