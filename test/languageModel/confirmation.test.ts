import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outsideTools } from '../../src/core/outsideTools.ts';
import { confirmationOf, type Scene } from '../../src/languageModel/confirmation.ts';
import { makeThread } from '../core/makeThread.ts';

const nothingKnown: Scene = { folder: undefined, thread: undefined, defaultMode: undefined };
const thread = makeThread({
  id: 'thread-form-abcde',
  task_name: 'the form',
  provider: 'opencode',
  permission_mode: 'edit',
  working_dir: 'src/form',
});

test('whatever changes something is asked before, and what only reads is not', () => {
  for (const { name, readOnly } of outsideTools) {
    assert.equal(confirmationOf(name, {}, nothingKnown) === undefined, readOnly, name);
  }
});

test('a spawn shows agent, task, folder, mode and the prompt', () => {
  const input = {
    task_name: 'settings page',
    provider: 'claude_code',
    prompt: 'Build the page.\nTest it.',
    working_dir: 'src/settings',
    permission_mode: 'edit',
    model: 'big',
  };
  assert.deepEqual(confirmationOf('spawn_thread', input, { ...nothingKnown, folder: 'web' }), {
    title: 'Start a worker: Claude Code – “settings page”?',
    facts: [
      ['Agent', 'Claude Code · big'],
      [
        'Permission',
        'Edit files – May change files in the workspace; what else goes unasked depends on the agent',
      ],
      ['Folder', 'src/settings'],
      ['Workspace folder', 'web'],
    ],
    text: 'Build the page.\nTest it.',
  });
});

test('a mode that is left out is shown as what it comes to, a made-up one as it stands', () => {
  const permission = (input: Record<string, unknown>, scene: Scene) =>
    confirmationOf('spawn_thread', input, scene)?.facts.find(([label]) => label === 'Permission')?.[1];
  assert.match(permission({}, { ...nothingKnown, defaultMode: 'read_only' }) ?? '', /^Read only/);
  assert.equal(permission({}, nothingKnown), 'As the settings say');
  assert.match(permission({ permission_mode: 'full' }, nothingKnown) ?? '', /^Full access/);
  assert.equal(permission({ permission_mode: 'root' }, { ...nothingKnown, defaultMode: 'ask' }), 'root');
});

test('a call on a thread shows which one it is and what it may do', () => {
  const input = { thread_id: thread.id, additional_prompt: 'Now the tests.' };
  assert.deepEqual(confirmationOf('resume_thread', input, { ...nothingKnown, thread }), {
    title: 'Give “the form” its next prompt?',
    facts: [
      ['Agent', 'OpenCode'],
      [
        'Permission',
        'Edit files – May change files in the workspace; what else goes unasked depends on the agent',
      ],
      ['Folder', 'src/form'],
      ['Thread', thread.id],
    ],
    text: 'Now the tests.',
  });
  const message = confirmationOf('send_message', { thread_id: 'thread-none', text: 'hi' }, nothingKnown);
  assert.equal(message?.title, 'Send a message to “thread-none”?');
  assert.deepEqual(message?.facts, [['Thread', 'thread-none']]);
  assert.equal(
    confirmationOf('cancel_thread', { thread_id: thread.id }, { ...nothingKnown, thread })?.title,
    'Cancel “the form”?',
  );
});

test('an answer shows the question it answers', () => {
  const asking = makeThread({
    id: thread.id,
    requests: [
      {
        id: 'req-abcdefghij',
        kind: 'question',
        turn_id: 'turn-1',
        detached: true,
        title: 'pg or sqlite?',
        detail: { text: 'pg or sqlite?' },
        questions: [],
        opened_at: thread.created_at,
      },
    ],
  });
  const input = {
    thread_id: thread.id,
    request_id: 'req-abcdefghij',
    answers: ['sqlite', 'no'],
    decision: 'allow',
  };
  const shown = confirmationOf('answer_thread', input, { ...nothingKnown, thread: asking });
  assert.deepEqual(shown?.facts.slice(0, 2), [
    ['Question', 'pg or sqlite?'],
    ['Decision', 'allow'],
  ]);
  assert.equal(shown?.text, 'sqlite\nno');
});

test('what a model made up is shown safely: controls go, length is bounded, other types are nothing', () => {
  const wild = confirmationOf(
    'spawn_thread',
    {
      task_name: `a\u202eb\n${'c'.repeat(500)}`,
      provider: 'x'.repeat(99),
      prompt: `\u001b[2J${'p'.repeat(3000)}`,
    },
    nothingKnown,
  );
  assert.ok((wild?.title.length ?? 0) < 200);
  assert.doesNotMatch(wild?.title ?? '', /[\u202e\n]/);
  assert.match(wild?.text ?? '', /^p{1000}…\n\(2000 more characters\)$/);
  assert.equal(confirmationOf('spawn_thread', { prompt: 7, task_name: {} }, nothingKnown)?.text, undefined);
  assert.equal(confirmationOf('answer_thread', { answers: 'x' }, nothingKnown)?.text, undefined);
});
