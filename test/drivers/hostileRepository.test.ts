import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { PermissionAnswer, PermissionRequest, RunningTurn } from '../../src/providers/driver.ts';
import { waitFor } from '../support/waitFor.ts';
import * as claude from './claudeCodeHarness.ts';
import { startToolServer as startClaudeTools } from './claudeToolServer.ts';
import * as codex from './codexHarness.ts';
import { makeHostile } from './hostileRepository.ts';
import { watchFiles } from './leftFiles.ts';
import * as opencode from './opencodeHarness.ts';
import { startToolServer as startOpencodeTools } from './opencodeToolServer.ts';
import { startToolServer as startCodexTools } from './toolServer.ts';

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

const placeOf = (inTerminal: boolean) => (inTerminal ? ' in its terminal' : '');
/** The agent's terminal stays open until somebody leaves it. */
async function leave(turn: RunningTurn, said: () => string): Promise<void> {
  await waitFor('the agent to end', () => said() === 'done');
  await turn.interrupt();
}

for (const inTerminal of [false, true]) {
  test(`claude_code: of a hostile repository nothing is run${placeOf(inTerminal)}, and nothing of it is allowed`, async t => {
    const { start, startInTerminal, workspace, home } = await claude.makeHarness(t);
    const hostile = await makeHostile(workspace, beside(workspace));
    const left = await watchFiles({ workspace, home }, 'claude_code');
    const tools = await startClaudeTools(t);
    const begin = inTerminal ? startInTerminal : start;
    const { turn, events, permissions } = begin(claude.script(...steps(workspace)), {
      ...editsOnly,
      tools,
      toolsReached: () => tools.reached,
      permissionMode: 'ask',
    });
    if (inTerminal) await leave(turn, () => claude.textOf(events, 'text'));
    assert.equal((await turn.ended).result, 'done');
    assert.deepEqual(
      permissions.map(({ tool }) => tool),
      ['Bash', 'Write'],
    );
    assert.deepEqual(await hostile.ran(), []);
    assert.deepEqual(await left(), { repository: ['a.txt'], home: [] });
  });
}

/** Of a trusted folder's hooks Codex asks its person there; a key that comes too soon is overlooked. */
async function continueWithoutTrusting(turn: RunningTurn, begun: Promise<unknown>): Promise<void> {
  let hasBegun = false;
  void begun.then(() => {
    hasBegun = true;
  });
  await waitFor('the agent to begin', () => {
    if (!hasBegun) turn.write?.('3');
    return hasBegun;
  });
}

for (const [trust, inTerminal] of [
  ['new to Codex', false],
  ['trusted', false],
  ['trusted', true],
] as const) {
  test(`codex: of a hostile repository nothing is run${placeOf(inTerminal)}, in a folder that is ${trust}`, async t => {
    const { start, startInTerminal, models, workspace, home, config } = await codex.makeCodexHarness(t);
    const hostile = await makeHostile(workspace, beside(workspace));
    if (trust === 'trusted') {
      const trusted = `[projects.${JSON.stringify(workspace)}]\ntrust_level = "trusted"\n`;
      await writeFile(join(home, '.codex', 'config.toml'), `${await config()}\n${trusted}`);
    }
    const left = await watchFiles({ workspace, home }, 'codex');
    const tools = (await startCodexTools(t)).open('token');
    const begin = inTerminal ? startInTerminal : start;
    const started = begin(codex.script('gate begun', ...steps(workspace)), {
      ...editsOnly,
      tools,
      permissionMode: 'ask',
    });
    const begun = models.gates.arrival('begun');
    if (inTerminal) await continueWithoutTrusting(started.turn, begun);
    await begun;
    models.gates.open('begun');
    const said = () =>
      codex
        .eventsOf(started, 'text')
        .map(({ text }) => text)
        .join('');
    if (inTerminal) await leave(started.turn, said);
    assert.equal((await started.turn.ended).result, 'done');
    assert.deepEqual(await hostile.ran(), []);
    // The terminal notes at its first start that it has looked for a screen reader.
    const noted = inTerminal ? ['.codex/config.toml'] : [];
    assert.deepEqual(await left(), { repository: ['a.txt'], home: noted });
    assert.doesNotMatch(await config(), /hooks/);
  });
}

for (const inTerminal of [false, true]) {
  test(`opencode: of a hostile repository only its plugins are run${placeOf(inTerminal)}, and those are warned of`, async t => {
    const { start, startInTerminal, workspace, home, close } = await opencode.makeHarness();
    t.after(close);
    const hostile = await makeHostile(workspace, beside(workspace));
    const left = await watchFiles({ workspace, home }, 'opencode');
    const tools = await startOpencodeTools();
    t.after(() => tools.close());
    const begin = inTerminal ? startInTerminal : start;
    const { turn, events, permissions } = begin(opencode.script(...steps(workspace)), {
      ...editsOnly,
      tools: tools.open(),
      permissionMode: 'ask',
    });
    if (inTerminal) await leave(turn, () => opencode.textOf(events, 'text'));
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
    // Wherever it is started, its terminal moves what a config says of its look to a file of its own.
    const moved = ['opencode.json', 'opencode.json.tui-migration.bak', 'tui.json'];
    assert.deepEqual(await left(), { repository: ['a.txt', ...(inTerminal ? moved : [])], home: [] });
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
