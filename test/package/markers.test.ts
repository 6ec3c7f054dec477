import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { providerIds } from '../../src/contracts/ids.ts';
import { projectRoot } from '../rigs/projectRoot.ts';

/** What only tests and their model server may know. */
const testOnly = [/<<script|script>>/, /\bscripted\b/i, /RIG_MARK|TEST_RESULTS|NODE_TEST_CONTEXT/];

/** In our own sources also these; in the bundles they may come from a package. */
const ofSources = [/\bfake/i, /\bmock/i, /\bstub/i, /NODE_ENV/, /process\.env\[?.{0,3}CI\b/];

/** All variables of our own; a new one is for a person or a process of ours, never for a test, and is named here. */
const ownVariables = [
  'AGENTDOCK_CLAUDE_BIN',
  'AGENTDOCK_CODEX_BIN',
  'AGENTDOCK_FOLDER',
  'AGENTDOCK_HOST',
  'AGENTDOCK_NODE_OPTIONS',
  'AGENTDOCK_OPENCODE_BIN',
  'AGENTDOCK_SERVER',
  'AGENTDOCK_TERMINAL',
  'AGENTDOCK_THREAD',
];

/** Variables of the system and of the CLIs that our sources read by name. */
const foreignVariables = [
  'ANTHROPIC_MODEL',
  'APPDATA',
  'CLAUDE_CONFIG_DIR',
  'CODEX_HOME',
  'HOME',
  'NO_PROXY',
  'OPENCODE_API_KEY',
  'OPENCODE_CONFIG_CONTENT',
  'USERPROFILE',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_RUNTIME_DIR',
  'comspec',
  'no_proxy',
];

const environmentRead = /\b(?:env|environment)(?:\?\.)?(?:\[\s*['"`](\w+)['"`]\s*\]|\.([A-Z][A-Z0-9_]+)\b)/g;

/** All that the pattern finds, each once; of its groups the one that took part. */
function names(files: string, pattern: RegExp): string[] {
  const texts = globSync(files, { cwd: projectRoot }).map(file =>
    readFileSync(join(projectRoot, file), 'utf8'),
  );
  const all = texts.flatMap(text =>
    [...text.matchAll(pattern)].map(match => match[1] ?? match[2] ?? match[0]),
  );
  return [...new Set(all)].sort();
}

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

test('src and dist know the variables of our own that are listed, and src reads no others than those listed', () => {
  for (const files of ['src/**/*.ts', 'dist/*.js']) {
    assert.deepEqual(names(files, /\bAGENTDOCK_\w+/g), ownVariables, files);
  }
  const others = names('src/**/*.ts', environmentRead).filter(name => !ownVariables.includes(name));
  assert.deepEqual(others, foreignVariables);
});

test('the providers are those of the contract and no other', () => {
  assert.deepEqual([...providerIds].sort(), ['claude_code', 'codex', 'command', 'opencode']);
  const folders = readdirSync(join(projectRoot, 'src/providers'), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name);
  assert.deepEqual(folders.sort(), ['claudeCode', 'codex', 'command', 'opencode', 'process', 'pty']);
});
