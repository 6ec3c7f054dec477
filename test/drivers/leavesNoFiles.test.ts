import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { contentOf } from '../host/stateFiles.ts';
import * as claude from './claudeCodeHarness.ts';
import { startToolServer as startClaudeTools } from './claudeToolServer.ts';
import * as codex from './codexHarness.ts';
import * as opencode from './opencodeHarness.ts';
import { startToolServer as startOpencodeTools } from './opencodeToolServer.ts';
import { startToolServer as startCodexTools } from './toolServer.ts';

/** The repository and the HOME as they stand, by paths within each. */
async function standing(folders: { readonly repository: string; readonly home: string }) {
  const of = async (folder: string) =>
    new Map(
      Object.entries(await contentOf(folder)).map(([path, hash]) => [relative(folder, path), hash] as const),
    );
  return { repository: await of(folders.repository), home: await of(folders.home) };
}

/** Paths that were added, changed or removed; of a folder only that it was. */
function changes(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all].filter(path => before.get(path) !== after.get(path)).sort();
}

/** A repository with what a person and a CLI could have in it. */
async function fill(repository: string): Promise<void> {
  const files = {
    'AGENTS.md': 'Be kind.',
    'CLAUDE.md': 'Be kind.',
    'opencode.json': '{}',
    '.mcp.json': '{"mcpServers":{}}',
    '.claude/settings.json': '{}',
    '.codex/config.toml': '',
    '.gitignore': 'node_modules\n',
    'src/a.ts': 'export {};\n',
  };
  for (const [name, text] of Object.entries(files)) {
    const file = join(repository, name);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, text);
  }
}

/**
 * What the CLIs themselves keep below the HOME, with AgentDock or without: sessions, logs, locks, their own skills. The
 * person's settings are not among it, but for what each CLI notes of itself at its first start.
 */
const own = {
  codex:
    /^(tmp\/codex-bwrap-|\.codex\/(\w+_\d+\.sqlite|session|shell_snapshots|skills|thread-writer-locks|tmp|installation_id|\.sandbox_migration))/,
  claude_code: /^(tmp\/claude-\d+$|\.cache(\/claude-cli-nodejs|$)|\.claude(\/(projects|sessions|backups)|$))/,
  opencode: /^(\.cache(\/opencode|$)|\.local|\.config\/opencode\/\.gitignore$)/,
};

function expectOnly(changed: readonly string[], allowed: RegExp): void {
  assert.deepEqual(
    changed.filter(path => !allowed.test(path)),
    [],
  );
}

const note = 'mcp agentdock note {"text":"x"}';

test('codex: the tools come without a change to a file of the person or the repository', async t => {
  const { run, driver, workspace, home } = await codex.makeCodexHarness(t);
  const tools = await startCodexTools(t);
  await fill(workspace);
  const before = await standing({ repository: workspace, home });
  const { end } = await run(codex.script('mcp agentdock report {"summary":"x"}', 'say done'), {
    tools: tools.open('token'),
  });
  assert.equal(end.result, 'done');
  assert.equal(tools.calls.length, 1);
  await driver.close();
  const after = await standing({ repository: workspace, home });
  assert.deepEqual(changes(before.repository, after.repository), []);
  expectOnly(changes(before.home, after.home), own.codex);
});

test('claude_code: the tools come without a change to a file of the person or the repository', async t => {
  const { run, driver, workspace, home } = await claude.makeHarness(t);
  const tools = await startClaudeTools(t);
  await fill(workspace);
  const before = await standing({ repository: workspace, home });
  const { end } = await run(claude.script(note, 'say done'), { tools });
  assert.equal(end.result, 'done');
  assert.equal(tools.calls.length, 1);
  await driver.close();
  const after = await standing({ repository: workspace, home });
  assert.deepEqual(changes(before.repository, after.repository), []);
  const notes = ['.claude.json', '.claude/settings.json'];
  expectOnly(
    changes(before.home, after.home).filter(path => !notes.includes(path)),
    own.claude_code,
  );
  for (const name of notes) {
    assert.doesNotMatch(await readFile(join(home, name), 'utf8'), /agentdock|mcpServers|127\.0\.0\.1/, name);
  }
});

test('opencode: the tools come without a change to a file of the person or the repository', async t => {
  const { run, driver, workspace, home, close } = await opencode.makeHarness();
  t.after(close);
  const tools = await startOpencodeTools();
  t.after(() => tools.close());
  await fill(workspace);
  const before = await standing({ repository: workspace, home });
  const { end } = await run(opencode.script('mcp agentdock report {"text":"x"}', 'say done'), {
    tools: tools.open(),
  });
  assert.equal(end.result, 'done');
  assert.equal(tools.calls.length, 1);
  await driver.close();
  const after = await standing({ repository: workspace, home });
  assert.deepEqual(changes(before.repository, after.repository), []);
  expectOnly(changes(before.home, after.home), own.opencode);
});
