import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as claude from './claudeCodeHarness.ts';
import { startToolServer as startClaudeTools } from './claudeToolServer.ts';
import * as codex from './codexHarness.ts';
import { watchFiles } from './leftFiles.ts';
import * as opencode from './opencodeHarness.ts';
import { startToolServer as startOpencodeTools } from './opencodeToolServer.ts';
import { startToolServer as startCodexTools } from './toolServer.ts';

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

const note = 'mcp agentdock note {"text":"x"}';

test('codex: the tools come without a change to a file of the person or the repository', async t => {
  const { run, driver, workspace, home } = await codex.makeCodexHarness(t);
  const tools = await startCodexTools(t);
  await fill(workspace);
  const left = await watchFiles({ workspace, home }, 'codex');
  const { end } = await run(codex.script('mcp agentdock report {"summary":"x"}', 'say done'), {
    tools: tools.open('token'),
  });
  assert.equal(end.result, 'done');
  assert.equal(tools.calls.length, 1);
  await driver.close();
  assert.deepEqual(await left(), { repository: [], home: [] });
});

test('claude_code: the tools come without a change to a file of the person or the repository', async t => {
  const { run, driver, workspace, home } = await claude.makeHarness(t);
  const tools = await startClaudeTools(t);
  await fill(workspace);
  const left = await watchFiles({ workspace, home }, 'claude_code');
  const { end } = await run(claude.script(note, 'say done'), { tools });
  assert.equal(end.result, 'done');
  assert.equal(tools.calls.length, 1);
  await driver.close();
  assert.deepEqual(await left(), { repository: [], home: [] });
});

test('opencode: the tools come without a change to a file of the person or the repository', async t => {
  const { run, driver, workspace, home, close } = await opencode.makeHarness();
  t.after(close);
  const tools = await startOpencodeTools();
  t.after(() => tools.close());
  await fill(workspace);
  const left = await watchFiles({ workspace, home }, 'opencode');
  const { end } = await run(opencode.script('mcp agentdock report {"text":"x"}', 'say done'), {
    tools: tools.open(),
  });
  assert.equal(end.result, 'done');
  assert.equal(tools.calls.length, 1);
  await driver.close();
  assert.deepEqual(await left(), { repository: [], home: [] });
});
