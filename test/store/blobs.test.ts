import assert from 'node:assert/strict';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inlineTextLimit, textRefSchema } from '../../src/contracts/text.ts';
import { openBlobs } from '../../src/store/blobs.ts';
import { temporaryFolder } from './temporaryFolder.ts';

async function makeBlobsHarness(t: TestContext) {
  const state = await temporaryFolder(t);
  const folder = join(state, 'blobs');
  await mkdir(folder);
  return { state, folder, open: () => openBlobs(state) };
}

test('a text up to the limit stays inline', async t => {
  const { open, folder } = await makeBlobsHarness(t);
  const text = 'x'.repeat(inlineTextLimit);
  assert.deepEqual(await open().putText(text), { text });
  assert.deepEqual(await readdir(folder), []);
});

test('a longer text goes to a file and comes back byte for byte', async t => {
  const { open } = await makeBlobsHarness(t);
  const texts = [
    'x'.repeat(inlineTextLimit + 1),
    '\0\ufeff\r\n'.repeat(40_000),
    '👩‍👩‍👧 ü 漢'.repeat(220_000),
  ];
  for (const text of texts) {
    const ref = textRefSchema.parse(await open().putText(text));
    assert.ok('file' in ref);
    assert.equal(ref.length, text.length);
    assert.ok(text.startsWith(ref.head) && ref.head.length > 100 && ref.head.isWellFormed());
    assert.equal(await open().getText(ref), text);
  }
});

test('half a surrogate pair is kept, inline', async t => {
  const { open } = await makeBlobsHarness(t);
  const text = `${'x'.repeat(inlineTextLimit)}\ud800`;
  const ref = await open().putText(text);
  assert.equal(await open().getText(JSON.parse(JSON.stringify(ref))), text);
});

test('the same text is one file, also when put twice at once', async t => {
  const { open, folder } = await makeBlobsHarness(t);
  const blobs = open();
  const text = 'y'.repeat(100_000);
  const [a, b] = await Promise.all([blobs.putText(text), blobs.putText(text)]);
  assert.deepEqual(a, b);
  await open().putText(text);
  assert.equal((await readdir(folder)).length, 1);
});

test('a staged text can be read at once', async t => {
  const { open } = await makeBlobsHarness(t);
  const blobs = open();
  const text = 'z'.repeat(100_000);
  const ref = blobs.stageText(text);
  assert.equal(await blobs.getText(ref), text);
  await blobs.flush();
  assert.equal(await open().getText(ref), text);
});

test('a text that was changed, cut or removed is an error, and putting it again mends it', async t => {
  const { open, state } = await makeBlobsHarness(t);
  const text = 'x'.repeat(100_000);
  const ref = await open().putText(text);
  assert.ok('file' in ref);
  const file = join(state, ref.file);
  for (const damage of [() => writeFile(file, 'other'), () => writeFile(file, ''), () => rm(file)]) {
    await damage();
    await assert.rejects(open().getText(ref), { code: 'storage_unavailable', retryable: false });
    await open().putText(text);
    assert.equal(await open().getText(ref), text);
  }
});

test('a reference that is a path reads nothing', async t => {
  const { open } = await makeBlobsHarness(t);
  for (const file of [
    '../../etc/passwd',
    'blobs/../host.json',
    '/etc/passwd',
    `blobs/${'a'.repeat(64)}.txt/..`,
  ]) {
    await assert.rejects(open().getText({ file, length: 1, head: '' }), { code: 'invalid_arguments' });
  }
});

test('a text that cannot be written is refused', async t => {
  const { open, folder } = await makeBlobsHarness(t);
  await rm(folder, { recursive: true });
  await writeFile(folder, 'in the way');
  await assert.rejects(open().putText('x'.repeat(100_000)), { code: 'storage_unavailable' });
});
