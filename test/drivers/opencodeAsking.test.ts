import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { PermissionAnswer, PermissionRequest, QuestionAnswer } from '../../src/providers/driver.ts';
import { makePerson } from './answeringPerson.ts';
import { eventsOf, type Harness, makeHarness, outputsOf, script } from './opencodeHarness.ts';
import { serverOf } from './opencodeIntruder.ts';

let harness: Harness;
before(async () => {
  harness = await makeHarness();
});
after(() => harness.close());

const has = (name: string) => existsSync(join(harness.workspace, name));

test('opencode: a permission waits for the person, and its effect comes with the answer alone', async () => {
  const person = makePerson<PermissionAnswer>();
  const { turn, permissions } = harness.start(script('shell touch waited.txt', 'say ok'), {
    permissionMode: 'ask',
    permission: person.ask,
  });
  const signal = await person.askedIn(turn);
  const other = await harness.run(script('say meanwhile'));
  assert.equal(other.end.result, 'meanwhile');
  assert.deepEqual([has('waited.txt'), signal.aborted], [false, false]);
  person.answer({ allow: true });
  assert.equal((await turn.ended).result, 'ok');
  assert.equal(has('waited.txt'), true);
  assert.deepEqual(permissions, [
    {
      tool: 'bash',
      detail: 'touch waited.txt',
      rule: { tool: 'bash', subject: 'touch waited.txt' },
    },
  ]);
});

test('opencode: a request says what it would do, and what could be allowed for the thread', async () => {
  const { workspace, root } = harness;
  const outside = join(root, 'told-outside.txt');
  const asked = new Map<string, PermissionRequest>();
  const bash = JSON.stringify({ command: 'true', description: 'x', workdir: join(workspace, '.agentdock') });
  await harness.run(script('write sub/told.txt hello', `write ${outside} x`, `tool bash ${bash}`, 'say ok'), {
    permissionMode: 'ask',
    permission: request => {
      asked.set(`${request.tool} ${asked.size}`, request);
      return { allow: true };
    },
  });
  assert.deepEqual([...asked.keys()], ['edit 0', 'external_directory 1', 'edit 2', 'bash 3']);
  const { diff, ...edit } = asked.get('edit 0') ?? {};
  assert.match(diff ?? '', /^\+hello$/m);
  const file = join(workspace, 'sub/told.txt');
  assert.deepEqual(edit, { tool: 'edit', title: 'sub/told.txt', detail: file, rule: { tool: 'edit' } });
  assert.equal(asked.get('external_directory 1')?.rule?.subject, join(root, '*'));
  assert.deepEqual(asked.get('edit 2')?.rule, { tool: 'edit', subject: outside });
  assert.equal(asked.get('bash 3')?.detail, `true\n(in ${join(workspace, '.agentdock')})`);
});

test('opencode: an interrupt while a permission waits ends the turn and takes the request back', async () => {
  const person = makePerson<PermissionAnswer>();
  const { turn, events } = harness.start(script('shell touch interrupted.txt', 'say never'), {
    permissionMode: 'ask',
    permission: person.ask,
  });
  const signal = await person.askedIn(turn);
  await turn.interrupt();
  assert.equal((await turn.ended).outcome, 'interrupted');
  assert.equal(signal.aborted, true);
  assert.equal(has('interrupted.txt'), false);
  assert.equal(eventsOf(events, 'tool.ended').length, 1);
});

const questions = [
  {
    question: 'Which colour?',
    header: 'Colour',
    options: [
      { label: 'Blue', description: 'like the sea' },
      { label: 'Red', description: 'like a rose' },
    ],
  },
  {
    question: 'Which pages?',
    header: 'Pages',
    multiple: true,
    options: [
      { label: 'Home', description: 'h' },
      { label: 'Help', description: 'h' },
    ],
  },
];

test('opencode: a question waits for the person, and the model reads the answers', async () => {
  const person = makePerson<QuestionAnswer>();
  const started = harness.start(script(`tool question ${JSON.stringify({ questions })}`, 'report'), {
    permissionMode: 'read_only',
    question: person.ask,
  });
  await person.askedIn(started.turn);
  assert.deepEqual(started.questions, [
    { questions: questions.map(question => ({ multiple: false, ...question })) },
  ]);
  person.answer({ answers: ['Green', 'Home\nHelp\nand the imprint'] });
  const end = await started.turn.ended;
  assert.match(end.result ?? '', /"Which colour\?"="Green", "Which pages\?"="Home, Help, and the imprint"/);
  assert.equal(outputsOf(started.events).length, 1);
});

test('opencode: an interrupt while a question waits ends the turn and takes the question back', async () => {
  const person = makePerson<QuestionAnswer>();
  const { turn } = harness.start(script(`tool question ${JSON.stringify({ questions })}`, 'report'), {
    question: person.ask,
  });
  const signal = await person.askedIn(turn);
  await turn.interrupt();
  assert.equal((await turn.ended).outcome, 'interrupted');
  assert.equal(signal.aborted, true);
});

const noProc = process.platform === 'linux' ? false : 'finds the server’s password in /proc';

test('opencode: a request goes with the server it came from', {
  skip: process.platform === 'linux' ? false : 'looks for processes in /proc',
}, async () => {
  const person = makePerson<PermissionAnswer>();
  const { turn } = harness.start(script('shell touch gone.txt'), {
    permissionMode: 'ask',
    permission: person.ask,
  });
  const signal = await person.askedIn(turn);
  process.kill((await serverOf(harness.runtimeDir)).pid, 'SIGKILL');
  assert.equal((await turn.ended).error?.code, 'upstream_unavailable');
  assert.equal(signal.aborted, true);
});

test('opencode: an agent that answers its own request (once) from a shell it was allowed ends its turn', {
  skip: noProc,
}, async () => {
  const { workspace, runtimeDir, start } = harness;
  const person = makePerson<PermissionAnswer>();
  const { turn, permissions } = start(
    script('shell nohup setsid ./answer.mjs >/dev/null 2>&1 &', 'shell touch own.txt', 'say done'),
    {
      permissionMode: 'ask',
      permission: async (request, signal) => {
        if (permissions.length > 1) return await person.ask(request, signal);
        const server = await serverOf(runtimeDir);
        await server.writeAnswerer(join(workspace, 'answer.mjs'), workspace);
        return { allow: true };
      },
    },
  );
  const signal = await person.askedIn(turn);
  const end = await turn.ended;
  assert.deepEqual([end.outcome, end.error?.code], ['failed', 'permission_denied']);
  assert.match(end.error?.message ?? '', /past AgentDock/);
  assert.equal(signal.aborted, true);
  assert.equal(permissions.length, 2);
});

for (const kind of ['reply', 'reject'] as const) {
  test(`opencode: a question answered past AgentDock (${kind}) ends the turn`, { skip: noProc }, async () => {
    const person = makePerson<QuestionAnswer>();
    const { turn } = harness.start(script(`tool question ${JSON.stringify({ questions })}`, 'say done'), {
      question: person.ask,
    });
    await person.askedIn(turn);
    const server = await serverOf(harness.runtimeDir);
    await server.answer(harness.workspace, 'question', { answers: [['Red'], []] }, kind);
    assert.equal((await turn.ended).error?.code, 'permission_denied');
  });
}
