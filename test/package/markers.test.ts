import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { providerIds } from '../../src/contracts/ids.ts';
import { projectRoot } from '../rigs/projectRoot.ts';

/** What only tests and their model server may know. */
const testOnly = [
  /<<script|script>>/,
  /\bscripted\b/i,
  /AGENTDOCK_TEST|RIG_MARK|TEST_RESULTS|NODE_TEST_CONTEXT|AGENTDOCK_(FAKE|MOCK|SCRIPT|CRASH|FAULT|KILL)/,
];

/** In our own sources also these; in the bundles they may come from a package. */
const ofSources = [/\bfake/i, /\bmock/i, /\bstub/i, /NODE_ENV/, /process\.env\[?.{0,3}CI\b/];

function found(pattern: string, forbidden: readonly RegExp[]): string[] {
  return globSync(pattern, { cwd: projectRoot }).flatMap(file => {
    const text = readFileSync(join(projectRoot, file), 'utf8');
    return forbidden.filter(one => one.test(text)).map(one => `${file}: ${one.exec(text)?.[0]}`);
  });
}

test('no script marker, invented provider or test-only variable is in src', () => {
  assert.ok(globSync('src/**/*.ts', { cwd: projectRoot }).length > 0);
  assert.deepEqual(found('src/**/*.ts', [...testOnly, ...ofSources]), []);
});

test('nor in dist, and no path of the machine that built it', () => {
  const built = globSync('dist/*.js', { cwd: projectRoot });
  assert.deepEqual(
    built.sort(),
    ['dist/cli.js', 'dist/extension.js', 'dist/host.js'].map(one => join(one)),
  );
  assert.deepEqual(found('dist/*.js', testOnly), []);
  for (const file of built) {
    assert.ok(!readFileSync(join(projectRoot, file), 'utf8').includes(projectRoot), file);
  }
});

test('the providers are those of the contract and no other', () => {
  assert.deepEqual([...providerIds].sort(), ['claude_code', 'codex', 'command', 'opencode']);
  const folders = readdirSync(join(projectRoot, 'src/providers'), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name);
  assert.deepEqual(folders.sort(), ['claudeCode', 'codex', 'command', 'opencode', 'process']);
});
