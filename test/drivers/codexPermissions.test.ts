import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import type { PermissionMode } from '../../src/contracts/thread.ts';
import { eventsOf, makeCodexHarness, script } from './codexHarness.ts';

const escalate = (command: string) =>
  `tool exec_command ${JSON.stringify({ cmd: command, sandbox_permissions: 'require_escalated', justification: 'it must be' })}`;

const escalateFromScript = (command: string) => {
  const call = `await tools.exec_command(${JSON.stringify({ cmd: command, sandbox_permissions: 'require_escalated', justification: 'it must be' })})`;
  return `tool exec ${call}`;
};

test('read_only: reads work, edits and commands that ask are refused, and the model reads why', async t => {
  const { run, workspace, models } = await makeCodexHarness(t);
  await writeFile(join(workspace, 'here.txt'), 'content of here');
  const turn = await run(
    script(
      'shell cat here.txt; echo x > made.txt; echo q > .agentdock/requests/q.json',
      'report',
      'write patched.txt no',
      'heard',
      escalate('touch escalated.txt'),
      'heard',
    ),
    { permissionMode: 'read_only' },
  );
  assert.deepEqual(turn.permissions, []);
  const text = eventsOf(turn, 'text')
    .map(event => event.text)
    .join('');
  assert.match(text, /content of here/);
  assert.match(text, /Read-only file system/);
  assert.match(JSON.stringify(models.requests()), /not permitted. Reason: This thread is read-only/);
  assert.equal(eventsOf(turn, 'notice').filter(event => event.text.startsWith('Refused')).length, 2);
  assert.deepEqual((await readdir(workspace)).sort(), ['.agentdock', 'here.txt']);
  assert.deepEqual(await readdir(join(workspace, '.agentdock', 'requests')), []);
});

for (const { model, ask } of [
  { model: 'gpt-5.5', ask: escalate },
  { model: 'gpt-6-sol', ask: escalateFromScript },
]) {
  test(`ask: the reason of a refusal reaches ${model}, and permission is really given`, async t => {
    const { run, workspace, models } = await makeCodexHarness(t);
    const answers = [{ allow: false, reason: 'Not on a Sunday.' } as const, { allow: true } as const];
    const turn = await run(
      script(ask('echo one > one.txt'), 'heard', ask('echo two > two.txt'), 'say Done.'),
      { permissionMode: 'ask', model, permission: () => answers.shift() ?? { allow: true } },
    );
    assert.equal(turn.end.outcome, 'completed');
    assert.deepEqual(
      turn.permissions.map(({ tool, detail }) => [tool, detail]),
      [
        ['exec_command', 'echo one > one.txt\n(it must be)'],
        ['exec_command', 'echo two > two.txt\n(it must be)'],
      ],
    );
    // The message with the reason runs a race with the tool's result: on a busy machine it comes one request later.
    assert.match(JSON.stringify(models.requests()), /Not on a Sunday\./);
    assert.equal(existsSync(join(workspace, 'one.txt')), false);
    assert.equal(await readFile(join(workspace, 'two.txt'), 'utf8'), 'two\n');
    assert.deepEqual(
      eventsOf(turn, 'tool.ended').map(event => event.status),
      ['declined', 'completed'],
    );
  });
}

test('edit: the working folder is written without asking; AgentDock’s own folder is not', async t => {
  const { run, workspace } = await makeCodexHarness(t);
  const state = join(workspace, '.agentdock');
  await writeFile(join(state, 'agent.md'), 'rules');
  const turn = await run(
    script(
      'shell echo a > a.txt; rm -f a.txt; echo b > b.txt; echo c > "$TMPDIR/c.txt" && echo TMP_OK',
      'shell cat .agentdock/state/secret.txt; echo evil > .agentdock/agent.md; echo q > .agentdock/requests/q.json',
      'write patched.txt p\\n',
      'say Done.',
    ),
    { permissionMode: 'edit', permission: () => ({ allow: true }) },
  );
  const [, dock] = eventsOf(turn, 'tool.ended');
  assert.match(JSON.stringify(dock?.output), /Permission denied.*Read-only file system/s);
  assert.equal(await readFile(join(state, 'agent.md'), 'utf8'), 'rules');
  assert.equal(await readFile(join(state, 'requests', 'q.json'), 'utf8'), 'q\n');
  assert.match(JSON.stringify(eventsOf(turn, 'tool.ended')), /TMP_OK/);
  assert.deepEqual((await readdir(workspace)).sort(), ['.agentdock', 'b.txt', 'patched.txt']);
});

test('full: everything runs without a sandbox and without asking, rm -f too', async t => {
  const { run, workspace, home } = await makeCodexHarness(t);
  const turn = await run(
    script(
      `shell echo out > ${home}/out.txt; echo x > x.txt; rm -rf x.txt; cat .agentdock/state/secret.txt`,
      escalate('echo y > y.txt'),
      'say Done.',
    ),
    { permissionMode: 'full' },
  );
  assert.equal(turn.end.outcome, 'completed');
  assert.deepEqual(turn.permissions, []);
  assert.equal(await readFile(join(home, 'out.txt'), 'utf8'), 'out\n');
  assert.equal(await readFile(join(workspace, 'y.txt'), 'utf8'), 'y\n');
  assert.equal(existsSync(join(workspace, 'x.txt')), false);
});

test('a host that can keep nothing more ends the turn with its error', async t => {
  const { run, workspace } = await makeCodexHarness(t);
  const turn = await run(script(escalate('echo one > one.txt'), 'say Done.'), {
    permissionMode: 'ask',
    permission: () => {
      throw new DockError('storage_unavailable', 'The disk is full.');
    },
  });
  assert.equal(turn.end.outcome, 'failed');
  assert.equal(turn.end.error?.code, 'storage_unavailable');
  assert.equal(existsSync(join(workspace, 'one.txt')), false);
});

test('no mode makes Codex trust the folder, run what the repository brings, or lose its AGENTS.md', async t => {
  const { run, workspace, config, models } = await makeCodexHarness(t);
  const sub = join(workspace, 'sub');
  const marker = join(workspace, 'mcp-ran');
  await mkdir(join(workspace, '.codex'));
  await mkdir(join(workspace, '.git', 'objects'), { recursive: true });
  await mkdir(join(workspace, '.git', 'refs'));
  await mkdir(sub);
  await writeFile(join(workspace, '.git', 'HEAD'), 'ref: refs/heads/main\n');
  await writeFile(join(workspace, 'AGENTS.md'), 'The rule of the root.');
  await writeFile(join(sub, 'AGENTS.md'), 'The rule of the folder.');
  await writeFile(
    join(workspace, '.codex', 'config.toml'),
    `[mcp_servers.evil]\ncommand = "/bin/sh"\nargs = ["-c", "echo ran > ${marker}; cat"]\n`,
  );
  const before = await config();
  const modes: readonly PermissionMode[] = ['read_only', 'ask', 'edit', 'full', 'edit'];
  for (const permissionMode of modes) {
    models.clearRequests();
    const turn = await run(script('shell true', 'say Done.'), { permissionMode, workingDir: sub });
    assert.equal(turn.end.outcome, 'completed', permissionMode);
    assert.match(
      JSON.stringify(models.requests()[0]),
      /The rule of the root.*The rule of the folder/s,
      permissionMode,
    );
    assert.deepEqual((await readdir(sub)).sort(), ['AGENTS.md'], permissionMode);
  }
  assert.equal(existsSync(marker), false);
  assert.equal(await config(), before);
});

test('the shell of the model sees the mark of its thread and no secrets', async t => {
  const { run } = await makeCodexHarness(t, { environment: { SOME_API_KEY: 'hidden', PLAIN: 'seen' } });
  const turn = await run(script('shell env', 'say Done.'));
  const output = JSON.stringify(eventsOf(turn, 'tool.ended')[0]?.output);
  assert.match(output, new RegExp(`AGENTDOCK_THREAD=${turn.request.threadId}`));
  assert.match(output, /PLAIN=seen/);
  assert.doesNotMatch(output, /hidden|scripted-key/);
});
