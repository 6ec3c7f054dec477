import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runNodeTests } from '../../scripts/nodeTests.ts';

const head = "const { test, describe } = require('node:test');\n";

async function makeHarness(t: TestContext, text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'dock-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'a.test.cjs');
  await writeFile(file, head + text);
  return { run: (silenceMs = 30_000) => runNodeTests({ files: [file], concurrency: 1, silenceMs }) };
}

test('passed, failed and skipped tests are counted once, wherever they are nested', async t => {
  const { run } = await makeHarness(
    t,
    `test('good', () => {});
     test('bad', () => { throw new Error('because'); });
     test('not here', { skip: 'needs a moon' }, () => {});
     describe('group', () => { test('inner', async t => { await t.test('innermost', () => { throw 1; }); }); });`,
  );
  const { passed, failed, skipped, failures } = await run();
  assert.deepEqual({ passed, failed }, { passed: 1, failed: 2 });
  assert.match(skipped.join(), /not here: needs a moon$/);
  assert.match(failures[0]?.title ?? '', /› bad$/);
  assert.match(failures[0]?.error ?? '', /because/);
  assert.match(failures[1]?.title ?? '', /› innermost$/);
});

test('a file that crashes has failed, with what it printed', async t => {
  const { run } = await makeHarness(t, "test('good', () => {}); console.log('last words'); process.exit(3);");
  const { failed, failures } = await run();
  assert.equal(failed, 1);
  assert.match(failures[0]?.error ?? '', /ended before its tests did[\s\S]*last words/);
});

test('an error after the last test is a failure', async t => {
  const { run } = await makeHarness(
    t,
    "test('good', () => { setTimeout(() => { throw new Error('late'); }, 50); });",
  );
  const { passed, failed } = await run();
  assert.deepEqual({ passed, failed }, { passed: 1, failed: 1 });
});

test('a file without tests has failed', async t => {
  const { run } = await makeHarness(t, '');
  const { failed, failures } = await run();
  assert.equal(failed, 1);
  assert.match(failures[0]?.error ?? '', /no tests/);
});

test('a file that never ends is ended and has failed, also what it started', async t => {
  const { run } = await makeHarness(
    t,
    `test('good', () => {});
     require('node:child_process').spawn('sleep', ['1000'], { detached: true, stdio: 'inherit' });
     setInterval(() => {}, 1000);`,
  );
  const { passed, failed, failures } = await run(1500);
  assert.deepEqual({ passed, failed }, { passed: 1, failed: 1 });
  assert.match(failures[0]?.title ?? '', /a\.test\.cjs/);
});
