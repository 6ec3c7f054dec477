import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { installClis } from '../clis/installClis.ts';
import { makeHarness, script } from './opencodeHarness.ts';

test('opencode: a turn comes to its end through gaps in the events and calls that fail after them', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'dock-cut-'));
  t.after(() => rm(folder, { recursive: true }));
  const [binary, log] = [join(folder, 'opencode'), join(folder, 'cuts')];
  const argv = JSON.stringify([(await installClis()).opencode, log]);
  const program = JSON.stringify(new URL('cuttingOpencode.ts', import.meta.url).href);
  const source = `#!${process.execPath}\nprocess.argv.splice(2, 0, ...${argv});\nimport(${program});\n`;
  await writeFile(binary, source);
  await chmod(binary, 0o700);
  const harness = await makeHarness({ binary });
  t.after(() => harness.close());

  const { end, permissions } = await harness.run(script('shell touch asked.txt', 'say ok'), {
    permissionMode: 'ask',
    permission: () => ({ allow: true }),
  });

  assert.deepEqual([end.error, end.result, permissions.length], [undefined, 'ok', 1]);
  const cuts = (await readFile(log, 'utf8')).trimEnd().split('\n');
  assert.deepEqual([cuts.length, new Set(cuts).size], [10, 6]);
});
