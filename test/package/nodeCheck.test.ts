import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { toolErrorSchema } from '../../src/contracts/errors.ts';
import { projectRoot } from '../rigs/projectRoot.ts';
import { temporaryFolder } from '../store/temporaryFolder.ts';

const message = 'agentdock needs Node 22 or newer, this is 20.20.2.';

/** Runs a bundle in an initialized workspace, by a Node that says it is an older one. */
async function run(t: TestContext, bundle: 'cli' | 'host', args: readonly string[], version = '20.20.2') {
  const folder = await temporaryFolder(t);
  const workspace = join(folder, 'workspace');
  await mkdir(join(workspace, '.agentdock'), { recursive: true });
  const old = join(folder, 'old.cjs');
  const versions = `{ value: { ...process.versions, node: '${version}' } }`;
  await writeFile(old, `Object.defineProperty(process, 'versions', ${versions});`);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--require', old, join(projectRoot, 'dist', `${bundle}.js`), ...args],
    { cwd: workspace, encoding: 'utf8', input: '' },
  );
  return { status, stdout, stderr, written: await readdir(join(workspace, '.agentdock')) };
}

test('on an older Node the command says what it needs, and writes nothing', async t => {
  for (const args of [['list'], ['send', 'x', '--', '--json'], ['--workspace', 'call', 'list']]) {
    const { status, stdout, stderr, written } = await run(t, 'cli', args);
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /^agentdock needs Node 22 or newer, this is 20\.20\.2\. \(version_mismatch\)\n.*nodejs\.org/,
    );
    assert.deepEqual(written, []);
  }
});

test('as JSON in the form of any other error', async t => {
  for (const args of [
    ['list', '--json'],
    ['--json', 'list'],
    ['call', '{}'],
    ['--workspace=.', 'call', '-'],
  ]) {
    const { status, stdout, stderr, written } = await run(t, 'cli', args);
    assert.equal(status, 1);
    assert.equal(stderr, '');
    const { ok, error } = JSON.parse(stdout);
    assert.equal(ok, false);
    assert.equal(toolErrorSchema.strict().parse(error).message, message);
    assert.deepEqual(written, []);
  }
});

test('the host says it in its first line, and writes nothing', async t => {
  const { status, stdout, written } = await run(t, 'host', ['--workspace', '.']);
  assert.equal(status, 1);
  assert.deepEqual(
    [JSON.parse(stdout).error.code, JSON.parse(stdout).error.message],
    ['version_mismatch', message],
  );
  assert.deepEqual(written, []);
});

test('the oldest Node that will do runs the command', async t => {
  const { status, stdout } = await run(t, 'cli', ['--version'], '22.0.0');
  assert.equal(status, 0);
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
});
