import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readText } from '../../src/client/readText.ts';
import { temporaryFolder } from '../store/temporaryFolder.ts';

test('a long text is read from its side file, and refused when it is gone or another one', async t => {
  const root = await temporaryFolder(t);
  const folder = join(root, '.agentdock', 'state', 'blobs');
  await mkdir(folder, { recursive: true });
  const text = 'a diff\n'.repeat(20_000);
  const hash = createHash('sha256').update(text).digest('hex');
  const ref = { file: `blobs/${hash}.txt`, length: text.length, head: 'a diff' };
  assert.equal(await readText(root, { text: 'short' }), 'short');
  await assert.rejects(readText(root, ref), { code: 'storage_unavailable' });
  await writeFile(join(folder, `${hash}.txt`), text);
  assert.equal(await readText(root, ref), text);
  await writeFile(join(folder, `${hash}.txt`), 'rm -rf /');
  await assert.rejects(readText(root, ref), /not what was saved/);
});
