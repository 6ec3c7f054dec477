import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PermissionAnswer } from '../../src/providers/driver.ts';
import { eventsOf, makeHarness, script } from './claudeCodeHarness.ts';
import { processOf } from './harness.ts';

/** A person who takes their time: `asked` gives the signal of the request, `answer` ends the wait. */
function slowPerson() {
  const asked = Promise.withResolvers<AbortSignal>();
  const answer = Promise.withResolvers<PermissionAnswer>();
  const permission = (_request: unknown, signal: AbortSignal) => {
    asked.resolve(signal);
    signal.addEventListener('abort', () => answer.reject(new Error('nobody needs it')));
    return answer.promise;
  };
  return { permission, asked: asked.promise, answer: answer.resolve };
}

const runPython = (file: string) => `python3 -c "open('${file}','w')"`;

test('claude_code: a permission waits, and what it is for happens only when it is allowed', async t => {
  const { start, workspace, models } = await makeHarness(t);
  const person = slowPerson();
  const command = runPython('ran.txt');
  const { turn, permissions } = start(script(`shell ${command}`, 'gate after', 'say done'), {
    permissionMode: 'ask',
    permission: person.permission,
  });
  await person.asked;
  assert.ok(!existsSync(join(workspace, 'ran.txt')));
  assert.deepEqual(permissions, [
    {
      tool: 'Bash',
      title: command,
      detail: `${command}\n(Scripted command)`,
      rule: { tool: 'Bash', subject: command },
    },
  ]);
  person.answer({ allow: true });
  await models.gates.arrival('after');
  assert.ok(existsSync(join(workspace, 'ran.txt')));
  models.gates.open('after');
  assert.equal((await turn.ended).outcome, 'completed');
});

test('claude_code: why a permission was denied is in the next model request', async t => {
  const { start, workspace, requests } = await makeHarness(t);
  const person = slowPerson();
  const { turn, events } = start(script(`shell ${runPython('ran.txt')}`, 'say understood'), {
    permissionMode: 'ask',
    permission: person.permission,
  });
  await person.asked;
  assert.equal(requests().length, 1);
  person.answer({ allow: false, reason: 'use the Makefile instead' });
  await turn.ended;
  assert.match(requests()[1]?.toolResults.at(-1) ?? '', /use the Makefile instead/);
  assert.equal(eventsOf(events, 'tool.ended')[0]?.status, 'declined');
  assert.ok(!existsSync(join(workspace, 'ran.txt')));
});

test('claude_code: a request for an edit shows its diff, and covers the other files of the workspace', async t => {
  const { run, workspace, root } = await makeHarness(t);
  await writeFile(join(workspace, 'list.txt'), 'one\ntwo\nthree\n');
  const file = join(workspace, 'list.txt');
  const outside = join(root, 'outside.txt');
  const edit = { file_path: file, old_string: 'two', new_string: 'TWO' };
  const { permissions } = await run(
    script(
      `tool Read ${JSON.stringify({ file_path: file })}`,
      `tool Edit ${JSON.stringify(edit)}`,
      'write fresh.txt hello\\n',
      `write ${outside} x`,
      'say done',
    ),
    { permissionMode: 'ask', permission: () => ({ allow: true }) },
  );
  assert.deepEqual(
    permissions.map(({ tool, title, rule }) => ({ tool, title, rule })),
    [
      { tool: 'Edit', title: file, rule: { tool: 'Edit' } },
      { tool: 'Write', title: join(workspace, 'fresh.txt'), rule: { tool: 'Write' } },
      { tool: 'Write', title: outside, rule: { tool: 'Write', subject: outside } },
    ],
  );
  assert.equal(
    permissions[0]?.diff,
    '--- list.txt\n+++ list.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n',
  );
  assert.equal(permissions[1]?.diff, '--- /dev/null\n+++ fresh.txt\n@@ -0,0 +1,1 @@\n+hello\n');
});

const option = (label: string) => ({ label, description: `it is ${label}` });
const questions = [
  { question: 'Which one?', header: 'Pick', options: [option('A'), option('B')], multiSelect: false },
  { question: 'Which ones?', header: 'Some', options: [option('C'), option('D')], multiSelect: true },
];
const asking = script(`tool AskUserQuestion ${JSON.stringify({ questions })}`, 'report');

for (const permissionMode of ['read_only', 'ask', 'full'] as const) {
  test(`claude_code: in ${permissionMode} a question is asked, and its answers reach the model`, async t => {
    const { run } = await makeHarness(t);
    const turn = await run(asking, { permissionMode, question: () => ({ answers: ['B', 'C\nD'] }) });
    assert.deepEqual(turn.permissions, []);
    assert.deepEqual(turn.questions, [
      {
        questions: questions.map(({ multiSelect, ...question }) => ({ ...question, multiple: multiSelect })),
      },
    ]);
    assert.match(turn.end.result ?? '', /Which one\?\W+B/);
    assert.match(turn.end.result ?? '', /Which ones\?\W+C, D/);
  });
}

test('claude_code: interrupted while a permission waits, nobody needs it any more and the turn ends', async t => {
  const { start, workspace } = await makeHarness(t);
  const person = slowPerson();
  const { turn } = start(script('write made.txt x', 'say never'), {
    permissionMode: 'ask',
    permission: person.permission,
  });
  const signal = await person.asked;
  await turn.interrupt();
  assert.ok(signal.aborted);
  assert.equal((await turn.ended).outcome, 'interrupted');
  assert.ok(!existsSync(join(workspace, 'made.txt')));
});

test('claude_code: interrupted while a question waits, the turn ends', async t => {
  const { start } = await makeHarness(t);
  const asked = Promise.withResolvers<AbortSignal>();
  const { turn } = start(asking, {
    question: (_request, signal) => {
      asked.resolve(signal);
      return new Promise(() => undefined);
    },
  });
  const signal = await asked.promise;
  await turn.interrupt();
  assert.ok(signal.aborted);
  assert.equal((await turn.ended).outcome, 'interrupted');
});

test('claude_code: a request is withdrawn when the CLI itself is interrupted or killed', async t => {
  for (const kill of ['SIGINT', 'SIGKILL'] as const) {
    const { start } = await makeHarness(t);
    const person = slowPerson();
    const { turn, ...recorded } = start(script('write made.txt x', 'say never'), {
      permissionMode: 'ask',
      permission: person.permission,
    });
    const signal = await person.asked;
    process.kill(processOf(recorded).pid, kill);
    const end = await turn.ended;
    assert.ok(signal.aborted, kill);
    assert.equal(end.outcome, 'failed', kill);
  }
});

test('claude_code: what the host itself refuses to ask ends the turn', async t => {
  const { run } = await makeHarness(t);
  const { end } = await run(script('write made.txt x', 'say never'), {
    permissionMode: 'ask',
    permission: () => Promise.reject(new Error('disk full')),
  });
  assert.equal(end.outcome, 'failed');
  assert.equal(end.error?.message, 'disk full');
});

test('claude_code: a mode of the CLI’s own is not offered', async t => {
  const { run, requests } = await makeHarness(t);
  await run(script('say one'));
  const offered = requests()[0]?.toolsOffered ?? [];
  assert.ok(offered.includes('AskUserQuestion'));
  for (const name of ['EnterPlanMode', 'ExitPlanMode']) assert.ok(!offered.includes(name), name);
});
