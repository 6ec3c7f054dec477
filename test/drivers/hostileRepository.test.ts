import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { PermissionAnswer, PermissionRequest } from '../../src/providers/driver.ts';
import { waitFor } from '../support/waitFor.ts';
import * as claude from './claudeCodeHarness.ts';
import { startToolServer as startClaudeTools } from './claudeToolServer.ts';
import * as codex from './codexHarness.ts';
import { makeHostile } from './hostileRepository.ts';
import * as opencode from './opencodeHarness.ts';

const beside = (workspace: string) => join(dirname(workspace), 'canaries');
/** A person who lets files be edited, and nothing else. */
const editsOnly = {
  permission: ({ tool }: PermissionRequest): PermissionAnswer =>
    /edit|write|patch/i.test(tool) ? { allow: true } : { allow: false, reason: 'No.' },
};
/** A command for which the repository gives leave, and an edit, after which its formatter or hooks would run. */
const steps = (workspace: string) => [
  `shell touch ${join(beside(workspace), 'by-the-model')}`,
  'write a.txt x',
  'say done',
];

test('claude_code: of a hostile repository nothing is run, and nothing of it is allowed', async t => {
  const { run, workspace } = await claude.makeHarness(t);
  const hostile = await makeHostile(workspace, beside(workspace));
  const tools = await startClaudeTools(t);
  const { end, permissions } = await run(claude.script(...steps(workspace)), {
    ...editsOnly,
    tools,
    permissionMode: 'ask',
  });
  assert.equal(end.result, 'done');
  assert.deepEqual(
    permissions.map(({ tool }) => tool),
    ['Bash', 'Write'],
  );
  assert.deepEqual(await hostile.ran(), []);
});

for (const trust of ['', 'trusted']) {
  test(`codex: of a hostile repository nothing is run, in a folder that is ${trust || 'new to Codex'}`, async t => {
    const { run, workspace, home, config } = await codex.makeCodexHarness(t);
    const hostile = await makeHostile(workspace, beside(workspace));
    if (trust !== '') {
      const trusted = `[projects.${JSON.stringify(workspace)}]\ntrust_level = "trusted"\n`;
      await writeFile(join(home, '.codex', 'config.toml'), `${await config()}\n${trusted}`);
    }
    const { end } = await run(codex.script(...steps(workspace)), { ...editsOnly, permissionMode: 'ask' });
    assert.equal(end.result, 'done');
    assert.deepEqual(await hostile.ran(), []);
  });
}

for (const inTerminal of [false, true]) {
  const place = inTerminal ? ' in its terminal' : '';
  test(`opencode: of a hostile repository only its plugins are run${place}, and those are warned of`, async t => {
    const { start, startInTerminal, workspace, close } = await opencode.makeHarness();
    t.after(close);
    const hostile = await makeHostile(workspace, beside(workspace));
    const begin = inTerminal ? startInTerminal : start;
    const { turn, events, permissions } = begin(opencode.script(...steps(workspace)), {
      ...editsOnly,
      permissionMode: 'ask',
    });
    if (inTerminal) {
      await waitFor('the agent to end', () => opencode.textOf(events, 'text') === 'done');
      await turn.interrupt();
    }
    assert.equal((await turn.ended).result, 'done');
    assert.deepEqual(
      permissions.map(({ tool }) => tool),
      ['external_directory', 'edit'],
    );
    assert.deepEqual(await hostile.ran(), [
      'opencode-folder-config-plugin',
      'opencode-plugin',
      'opencode-plugins',
      'opencode-root-config-plugin',
    ]);
    const [warning, ...others] = opencode.eventsOf(events, 'notice').map(({ text }) => text);
    assert.deepEqual(others, []);
    for (const name of [
      '.opencode/plugin/one.js',
      '.opencode/plugins/two.ts',
      'opencode.json',
      '.opencode/opencode.json',
    ]) {
      assert.ok(warning?.includes(join(workspace, name)), `${name} in ${warning}`);
    }
  });
}
