import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startHost } from '../../src/client/startHost.ts';

test('the last words of a host that ended at its start are heard, however late its starter listens', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'dock-start-'));
  t.after(() => rm(folder, { recursive: true }));
  const hostScript = join(folder, 'host.js');
  const error = { code: 'storage_unavailable', message: 'No space.', retryable: true };
  await writeFile(hostScript, `console.log(${JSON.stringify(JSON.stringify({ error }))})`);
  const starting = startHost({ hostScript, workspace: folder, environment: process.env });
  // Nothing is read until the host is gone: its end and its words then arrive at once.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
  await assert.rejects(starting, error);
});
