import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import { isAlive } from '../../src/providers/process/processTable.ts';
import { waitFor } from '../support/waitFor.ts';
import { eventsOf, makeCodexHarness, script } from './codexHarness.ts';
import { processOf } from './harness.ts';

const escalate = (command: string) =>
  `tool exec_command ${JSON.stringify({ cmd: command, sandbox_permissions: 'require_escalated', justification: 'it must be' })}`;

/** A person who has not answered yet; as the host does, it rejects when nobody needs the answer any more. */
function makeDesk<Answer>() {
  const asked = Promise.withResolvers<AbortSignal>();
  const answer = Promise.withResolvers<Answer>();
  return {
    ask: (_request: unknown, signal: AbortSignal): Promise<Answer> => {
      asked.resolve(signal);
      signal.addEventListener('abort', () => answer.reject(new DockError('cancelled', 'Withdrawn.')));
      return answer.promise;
    },
    /** Resolves when the question has come, with its signal. */
    asked: asked.promise,
    answer: answer.resolve,
  };
}

type PermissionAnswer = { readonly allow: true } | { readonly allow: false; readonly reason: string };

test('a permission waits for the person: nothing happens before the answer, and waiting is no silence', async t => {
  const { start, workspace } = await makeCodexHarness(t, { silenceMs: 100 });
  const desk = makeDesk<PermissionAnswer>();
  const { turn, ...recorded } = start(script(escalate('echo x > x.txt'), 'say Done.'), {
    permissionMode: 'ask',
    permission: desk.ask,
  });
  await desk.asked;
  // Before the question came, a busy machine may have been silent.
  const before = eventsOf(recorded, 'notice').length;
  const silent = start(script('gate never', 'say Never.'));
  await waitFor('notices of a silent turn', () => eventsOf(silent, 'notice').length >= 2);
  assert.equal(eventsOf(recorded, 'notice').length, before);
  assert.equal(existsSync(join(workspace, 'x.txt')), false);
  assert.deepEqual(recorded.permissions, [
    {
      tool: 'exec_command',
      title: 'echo x > x.txt',
      detail: 'echo x > x.txt\n(it must be)',
      rule: { tool: 'exec_command', subject: 'echo x > x.txt' },
    },
  ]);
  desk.answer({ allow: true });
  assert.equal((await turn.ended).result, 'Done.');
  assert.equal(await readFile(join(workspace, 'x.txt'), 'utf8'), 'x\n');
  await silent.turn.interrupt();
});

test('an edit is asked with its diff and what a word for the thread would cover', async t => {
  const { run, workspace } = await makeCodexHarness(t);
  await writeFile(join(workspace, 'a.txt'), 'one\ntwo\n');
  const patch = '*** Begin Patch\n*** Update File: a.txt\n@@\n one\n-two\n+zwei\n*** End Patch';
  const turn = await run(
    script(
      `tool exec text(await tools.apply_patch(${JSON.stringify(patch)}))`,
      'write .agentdock/soul.md evil\\n',
      'say Done.',
    ),
    {
      model: 'gpt-6-sol',
      permissionMode: 'ask',
      permission: ({ rule }) => (rule ? { allow: true } : { allow: false, reason: 'Not that one.' }),
    },
  );
  assert.equal(turn.end.result, 'Done.');
  assert.deepEqual(turn.permissions, [
    {
      tool: 'apply_patch',
      title: 'a.txt',
      detail: join(workspace, 'a.txt'),
      diff: '--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+zwei\n',
      rule: { tool: 'apply_patch' },
    },
    {
      tool: 'apply_patch',
      title: '.agentdock/soul.md',
      detail: join(workspace, '.agentdock/soul.md'),
      diff: '--- /dev/null\n+++ b/.agentdock/soul.md\n@@ -0,0 +1,1 @@\n+evil\n',
    },
  ]);
  assert.equal(await readFile(join(workspace, 'a.txt'), 'utf8'), 'one\nzwei\n');
  assert.equal(existsSync(join(workspace, '.agentdock', 'soul.md')), false);
});

test('the reason of a refusal is in the next request to the model', async t => {
  const { run, models } = await makeCodexHarness(t);
  const turn = await run(script(escalate('echo x > x.txt'), 'heard'), {
    permissionMode: 'ask',
    permission: () => ({ allow: false, reason: 'Not on a Sunday.' }),
  });
  assert.equal(turn.end.outcome, 'completed');
  assert.match(JSON.stringify(models.requests()[1]), /Not on a Sunday\./);
});

test('an interrupt while a permission waits takes the question back and runs nothing', async t => {
  const { start, run, workspace } = await makeCodexHarness(t);
  const desk = makeDesk<PermissionAnswer>();
  const { turn, ...recorded } = start(script(escalate('echo x > x.txt'), 'say Never.'), {
    permissionMode: 'ask',
    permission: desk.ask,
  });
  const signal = await desk.asked;
  await turn.interrupt();
  assert.equal((await turn.ended).outcome, 'interrupted');
  assert.equal(signal.aborted, true);
  assert.equal(existsSync(join(workspace, 'x.txt')), false);
  // The server did not have to be ended for it.
  assert.equal(await isAlive(processOf(recorded)), true);
  assert.deepEqual((await run('hello')).processes, recorded.processes);
});

test('a server that dies while a permission waits takes the question with it', async t => {
  const { start, workspace } = await makeCodexHarness(t);
  const desk = makeDesk<PermissionAnswer>();
  const { turn, ...recorded } = start(script(escalate('echo x > x.txt'), 'say Never.'), {
    permissionMode: 'ask',
    permission: desk.ask,
  });
  const signal = await desk.asked;
  process.kill(processOf(recorded).pid, 'SIGKILL');
  const end = await turn.ended;
  assert.equal(end.error?.code, 'upstream_unavailable');
  assert.equal(signal.aborted, true);
  assert.equal(existsSync(join(workspace, 'x.txt')), false);
});

const databases = {
  questions: [
    {
      id: 'db',
      header: 'Database',
      question: 'Which database?',
      options: [
        { label: 'pg', description: 'Postgres' },
        { label: 'sqlite', description: 'A file' },
      ],
    },
  ],
};
const askDatabase = `tool request_user_input ${JSON.stringify(databases)}`;
/** Codex offers the tool in its plan mode, or where the person has switched this on. */
const withQuestions = (url: string): string =>
  `model_provider = "s"\n[model_providers.s]\nname = "s"\nbase_url = "${url}/v1"\n[features]\ndefault_mode_request_user_input = true\n`;

test('a question of the model waits for its answer and gets it', async t => {
  const { run } = await makeCodexHarness(t, { config: withQuestions });
  const turn = await run(script(askDatabase, 'report'), { question: () => ({ answers: ['sqlite'] }) });
  assert.deepEqual(turn.questions, [
    {
      questions: [
        {
          question: 'Which database?',
          header: 'Database',
          options: [
            { label: 'pg', description: 'Postgres' },
            { label: 'sqlite', description: 'A file' },
          ],
          multiple: false,
        },
      ],
    },
  ]);
  assert.equal(turn.end.result, '{"answers":{"db":{"answers":["sqlite"]}}}');
});

test('an interrupt takes a question back; a host that can ask nobody ends the turn with its error', async t => {
  const { start, run } = await makeCodexHarness(t, { config: withQuestions });
  const desk = makeDesk<{ readonly answers: readonly string[] }>();
  const { turn } = start(script(askDatabase, 'say Never.'), { question: desk.ask });
  const signal = await desk.asked;
  await turn.interrupt();
  assert.equal((await turn.ended).outcome, 'interrupted');
  assert.equal(signal.aborted, true);

  const full = await run(script(askDatabase, 'say Never.'), {
    question: () => {
      throw new DockError('storage_unavailable', 'The disk is full.');
    },
  });
  assert.equal(full.end.error?.code, 'storage_unavailable');
});

test('a question that the model does not wait for is left for after the turn, and shown', async t => {
  const { run } = await makeCodexHarness(t);
  const ask = (...questions: readonly object[]) =>
    `tool request_user_input_async ${JSON.stringify({ questions })}`;
  const turn = await run(
    script(
      ask({ title: 'Which database?', options: ['pg', 'sqlite'] }),
      ask({ title: 'Which port?' }, { title: 'Which name?' }),
      'say I go on.',
    ),
    { model: 'gpt-6-sol' },
  );
  assert.equal(turn.end.result, 'I go on.');
  assert.deepEqual(turn.left, [
    { question: 'Which database?', options: [{ label: 'pg' }, { label: 'sqlite' }], multiple: false },
    { question: 'Which port?\n\nWhich name?', options: [], multiple: false },
  ]);
  assert.ok(eventsOf(turn, 'text').some(({ text }) => text.includes('Which database?\n- pg\n- sqlite')));
});

test('a question left behind is on disk before the end of the turn is told', async t => {
  const { start } = await makeCodexHarness(t);
  let isKept = false;
  const { turn, ...recorded } = start(
    script('tool request_user_input_async {"questions":[{"title":"Which?"}]}', 'say Done.'),
    {
      model: 'gpt-6-sol',
      onFact: async name => {
        if (name !== 'leaveQuestion') return;
        await waitFor('the last text', () => eventsOf(recorded, 'text').some(({ text }) => text === 'Done.'));
        isKept = true;
      },
    },
  );
  assert.equal((await turn.ended).result, 'Done.');
  assert.equal(isKept, true);
});
