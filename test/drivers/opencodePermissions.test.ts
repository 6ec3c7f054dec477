import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { PermissionMode } from '../../src/contracts/thread.ts';
import { eventsOf, type Harness, makeHarness, outputsOf, script } from './opencodeHarness.ts';

let harness: Harness;
before(async () => {
  harness = await makeHarness();
});
after(() => harness.close());

const allow = () => ({ allow: true }) as const;
const refuse = () => ({ allow: false, reason: 'REASON-42: not on a Friday' }) as const;
const has = (name: string) => existsSync(join(harness.workspace, name));

test('opencode: the reason of a refusal reaches the model, and the turn goes on', async () => {
  const { run, requests } = harness;
  const { end, permissions, events } = await run(script('shell touch refused.txt', 'report'), {
    permissionMode: 'ask',
    permission: refuse,
  });
  assert.equal(end.outcome, 'completed');
  assert.match(end.result ?? '', /REASON-42: not on a Friday/);
  assert.match(requests().at(-1)?.toolResults.at(-1) ?? '', /REASON-42/);
  assert.deepEqual(
    permissions.map(({ tool, detail }) => [tool, detail]),
    [['bash', 'touch refused.txt']],
  );
  assert.deepEqual(
    eventsOf(events, 'tool.ended').map(({ status }) => status),
    ['declined'],
  );
  assert.equal(has('refused.txt'), false);
});

test('opencode: what is allowed is done', async () => {
  const { end, permissions } = await harness.run(
    script('shell touch allowed.txt', 'write asked.txt x', 'say ok'),
    {
      permissionMode: 'ask',
      permission: allow,
    },
  );
  assert.equal(end.result, 'ok');
  assert.deepEqual(
    permissions.map(({ tool }) => tool),
    ['bash', 'edit'],
  );
  assert.equal(permissions[1]?.detail, join(harness.workspace, 'asked.txt'));
  assert.deepEqual([has('allowed.txt'), has('asked.txt')], [true, true]);
});

interface Case {
  readonly mode: PermissionMode;
  readonly asked: readonly string[];
  readonly made: readonly string[];
}

const cases: readonly Case[] = [
  { mode: 'read_only', asked: ['external_directory'], made: [] },
  { mode: 'ask', asked: ['edit', 'bash', 'external_directory'], made: [] },
  { mode: 'edit', asked: ['bash', 'external_directory'], made: ['write'] },
  { mode: 'full', asked: [], made: ['write', 'shell', 'outside'] },
];

for (const { mode, asked, made } of cases) {
  test(`opencode: mode ${mode} asks for ${asked.join(', ') || 'nothing'} and makes ${made.join(', ') || 'nothing'}`, async () => {
    const outside = join(harness.root, `${mode}-outside.txt`);
    const steps = [
      `write ${mode}-write.txt x`,
      `shell touch ${mode}-shell.txt`,
      `write ${outside} x`,
      `tool read {"filePath":"${join(harness.workspace, 'package.txt')}"}`,
      'say done',
    ];
    const { end, permissions } = await harness.run(script(...steps), { permissionMode: mode });
    assert.equal(end.result, 'done');
    assert.deepEqual(
      permissions.map(({ tool }) => tool),
      asked,
    );
    const done = [
      ...(has(`${mode}-write.txt`) ? ['write'] : []),
      ...(has(`${mode}-shell.txt`) ? ['shell'] : []),
      ...(existsSync(outside) ? ['outside'] : []),
    ];
    assert.deepEqual(done, made);
  });
}

for (const mode of ['ask', 'edit', 'full'] as const) {
  test(`opencode: mode ${mode} keeps the file tools out of .agentdock/state`, async () => {
    const secret = join(harness.workspace, '.agentdock', 'state', 'secret.txt');
    const steps = [
      `tool read {"filePath":"${secret}"}`,
      'report',
      `write ${secret} overwritten`,
      'write .agentdock/soul.md taken over',
      'write .agentdock/requests/call.json {}',
      'say done',
    ];
    const { end, events, permissions } = await harness.run(script(...steps), {
      permissionMode: mode,
      permission: allow,
    });
    assert.equal(end.result, 'done');
    assert.deepEqual(permissions, []);
    assert.equal(
      outputsOf(events).some(text => text.includes('the secret')),
      false,
    );
    assert.equal(await readFile(secret, 'utf8'), 'the secret');
    assert.equal(has('.agentdock/soul.md'), mode === 'full');
    assert.equal(has('.agentdock/requests/call.json'), true);
  });
}

test('opencode: a sub-agent asks too, for the thread', async () => {
  const child = script('shell touch by-child.txt', 'write child-edit.txt x', 'report').replaceAll(
    '\n',
    '\\n',
  );
  const task = `{"description":"look","subagent_type":"general","prompt":"${child}"}`;
  const inMode = (permissionMode: PermissionMode) =>
    harness.run(script(`tool task ${task}`, 'report'), { permissionMode, permission: refuse });
  const asking = await inMode('ask');
  assert.deepEqual(
    asking.permissions.map(({ tool }) => tool),
    ['bash', 'edit'],
  );
  assert.match(asking.end.result ?? '', /REASON-42/);
  const reading = await inMode('read_only');
  assert.deepEqual(reading.permissions, []);
  assert.deepEqual([has('by-child.txt'), has('child-edit.txt')], [false, false]);
  const editing = await inMode('edit');
  assert.deepEqual(
    editing.permissions.map(({ tool }) => tool),
    ['bash'],
  );
  assert.deepEqual([has('by-child.txt'), has('child-edit.txt')], [false, true]);
});
