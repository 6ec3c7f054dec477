import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../rigs/projectRoot.ts';

const dist = join(projectRoot, 'dist');
const read = (name: string) => readFileSync(join(dist, name), 'utf8');

/** What a bundle asks of the machine, besides node itself. */
function packagesOf(name: string): string[] {
  // Behind a quote stands a text: ajv holds such, for code that it can write and does not write here.
  const calls = read(name).matchAll(/(?<![\w.'"`])(?:require|import)\(\s*["']([^"'.][^"']*)["']\s*\)/g);
  return [...new Set([...calls].map(([, specifier]) => specifier ?? ''))]
    .filter(one => !isBuiltin(one))
    .sort();
}

test('the extension needs VS Code and nothing else', () => {
  assert.deepEqual(packagesOf('extension.js'), ['vscode']);
});

test('the host needs node-pty and nothing else', () => {
  assert.deepEqual(packagesOf('host.js'), ['node-pty']);
});

test('the command needs nothing', () => {
  assert.deepEqual(packagesOf('cli.js'), []);
});

test('neither database nor terminals are in the extension or the command', () => {
  for (const name of ['extension.js', 'cli.js']) {
    assert.doesNotMatch(read(name), /initSqlJs|sqlite3_/, name);
  }
});

test('the extension carries no schema of a tool: windows start without them', () => {
  const ofTheContract = /Expected a prompt, got an empty text/;
  assert.match(read('host.js'), ofTheContract);
  assert.doesNotMatch(read('extension.js'), ofTheContract);
});

test('node-pty and the database load from where they lie in dist', () => {
  const program = `
    const pty = require('./node_modules/node-pty');
    const terminal = pty.spawn(process.execPath, ['-e', 'console.log("from the pty")'], {});
    terminal.onData(data => process.stdout.write(data));`;
  assert.match(
    execFileSync(process.execPath, ['-e', program], { cwd: dist, encoding: 'utf8' }),
    /from the pty/,
  );
  assert.equal(readFileSync(join(dist, 'sql-wasm.wasm')).subarray(0, 4).toString('latin1'), '\0asm');
});

test('the command starts as a program', () => {
  assert.match(read('cli.js'), /^#!\/usr\/bin\/env node\n/);
  assert.match(
    execFileSync(process.execPath, [join(dist, 'cli.js'), '--help'], { encoding: 'utf8' }),
    /agentdock/i,
  );
});
