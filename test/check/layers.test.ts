import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenLayers, readSources } from '../../scripts/layers.ts';
import { projectRoot } from '../rigs/projectRoot.ts';

const complaints = (path: string, text: string) => brokenLayers([{ path, text }]);

test('the sources keep to their layers', () => {
  assert.deepEqual(brokenLayers(readSources(projectRoot)), []);
});

test('an import up the layers is found, as a type, dynamic, or from a deeper folder', () => {
  for (const line of [
    "import { a } from '../host/a.ts';",
    "import type { A } from '../host/a.ts';",
    "export { a } from '../host/a.ts';",
    "const a = await import('../host/a.ts');",
    "import '../host/a.ts';",
    "import {\n  a,\n} from '../host/a.ts';",
  ]) {
    assert.equal(complaints('core/b.ts', line).length, 1, line);
  }
  assert.equal(complaints('store/index/b.ts', "import { a } from '../../host/a.ts';").length, 1);
});

test('an import down the layers, inside a layer or of a package is fine', () => {
  for (const line of [
    "import { a } from '../core/a.ts';",
    "import { a } from './a.ts';",
    "import * as z from 'zod';",
    "import { readFileSync } from 'node:fs';",
  ]) {
    assert.deepEqual(complaints('store/b.ts', line), [], line);
  }
});

test('nothing below the VS Code layers knows vscode, not even as a type', () => {
  assert.equal(complaints('client/b.ts', "import type { Uri } from 'vscode';").length, 1);
  assert.deepEqual(complaints('views/b.ts', "import * as vscode from 'vscode';"), []);
  assert.deepEqual(complaints('client/b.ts', "import * as rpc from 'vscode-jsonrpc/node';"), []);
});

test('a provider is known only in its own folder and to the host', () => {
  assert.equal(complaints('providers/codex/b.ts', "import { a } from '../opencode/a.ts';").length, 1);
  assert.equal(complaints('providers/b.ts', "import { a } from './codex/a.ts';").length, 1);
  assert.deepEqual(complaints('providers/codex/b.ts', "import { a } from '../process/a.ts';"), []);
  assert.deepEqual(complaints('host/b.ts', "import { a } from '../providers/codex/a.ts';"), []);
});

test('a provider’s name is asked for in its own folder only', () => {
  for (const line of [
    "if (thread.provider === 'command') return;",
    "const isOther = 'codex' !== provider;",
    "switch (provider) {\n  case 'claude_code':",
  ]) {
    assert.equal(complaints('host/b.ts', line).length, 1, line);
    assert.equal(complaints('providers/b.ts', line).length, 1, line);
    assert.deepEqual(complaints('providers/codex/b.ts', line), [], line);
  }
  assert.deepEqual(complaints('commands/b.ts', "const draft = { provider: 'codex' };"), []);
});

test('contracts and core touch no file, process or socket', () => {
  assert.equal(complaints('core/b.ts', "import { spawn } from 'node:child_process';").length, 1);
  assert.equal(complaints('contracts/b.ts', "import { readFile } from 'node:fs/promises';").length, 1);
  assert.deepEqual(complaints('core/b.ts', "import { join } from 'node:path';"), []);
});

test('a new folder must be given a layer', () => {
  assert.equal(complaints('helpers/b.ts', "import { a } from '../core/a.ts';").length, 1);
});

test('a file of more than 300 lines is two files', () => {
  const lines = (count: number) => 'export {};\n'.repeat(count);
  assert.deepEqual(complaints('host/b.ts', lines(300)), []);
  assert.equal(complaints('host/b.ts', lines(301)).length, 1);
});
