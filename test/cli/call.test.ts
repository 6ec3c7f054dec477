import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { toolErrorSchema } from '../../src/contracts/errors.ts';
import { type ToolName, type ToolOutput, toolNames, toolSchemas } from '../../src/contracts/tools.ts';
import { type Dock, makeDock, wholeFile } from '../host/harness.ts';
import { script } from '../host/turns.ts';

const file = wholeFile();
let dock: Dock;
before(async () => {
  dock = await makeDock(file);
});

/** What `call` prints, checked against the contract: the exact shape, on one line, and the exit code that goes with it. */
async function call(json: string, form: 'argument' | 'stdin' = 'argument') {
  const run = await (form === 'stdin' ? dock.cli(['call', '-'], { stdin: json }) : dock.cli(['call', json]));
  assert.match(run.stdout, /^\{.*\}\n$/);
  assert.equal(run.stderr, '');
  const reply = run.json() as { ok: boolean; result?: unknown; error?: unknown };
  assert.deepEqual(Object.keys(reply), reply.ok ? ['ok', 'result'] : ['ok', 'error']);
  assert.equal(run.code, reply.ok ? 0 : 1);
  if (!reply.ok) toolErrorSchema.strict().parse(reply.error);
  return reply;
}

function resultOf<Name extends ToolName>(name: Name, reply: { result?: unknown }): ToolOutput<Name> {
  return toolSchemas[name].output.parse(reply.result) as ToolOutput<Name>;
}

test('the two calls of the origin work to the letter', async () => {
  await mkdir(join(dock.workspace, 'src', 'settings'), { recursive: true });
  const spawn =
    '{"tool": "spawn_thread", "args": {"task_name": "frontend_settings_impl", "provider": "codex", "prompt": "Create a UserSettings page and tests.", "working_dir": "./src/settings"}}';
  const reply = await call(spawn);
  const started = toolSchemas.spawn_thread.output.parse(reply.result);
  assert.match(started.thread_id, /^thread-frontend-settings-impl-/);
  assert.equal(started.repeated, false);
  const run = await dock.cli(['wait', started.thread_id, '--json']);
  assert.equal(run.code, 0, run.stdout);
  assert.partialDeepStrictEqual(run.json(), {
    ok: true,
    result: {
      threads: [
        {
          task_name: 'frontend_settings_impl',
          provider: 'codex',
          role: 'worker',
          state: 'completed',
          working_dir: 'src/settings',
          permission_mode: 'ask',
          result: 'Plain answer over openai-responses.',
        },
      ],
    },
  });
  assert.deepEqual(dock.models.requests().at(-1)?.userTurns, ['Create a UserSettings page and tests.']);
  assert.equal(dock.models.requests().at(-1)?.cwd, join(dock.workspace, 'src', 'settings'));

  const resume =
    '{"tool": "resume_thread", "args": {"thread_id": "thread-xyz-789", "additional_prompt": "Fix missing db_mock and rerun tests."}}';
  const unknown = await call(resume);
  assert.partialDeepStrictEqual(unknown, { ok: false, error: { code: 'not_found', retryable: false } });
  const resumed = await call(resume.replace('thread-xyz-789', started.thread_id), 'stdin');
  assert.equal(resultOf('resume_thread', resumed).thread_id, started.thread_id);
  assert.equal((await dock.cli(['wait', started.thread_id])).code, 0);
  assert.deepEqual(dock.models.requests().at(-1)?.userTurns, [
    'Create a UserSettings page and tests.',
    'Fix missing db_mock and rerun tests.',
  ]);
});

test('every tool answers in the shape of its contract, given as an argument or on standard input', async () => {
  const args = { task_name: 'All tools', provider: 'codex', prompt: script('say Done.') };
  const { thread_id } = resultOf(
    'spawn_thread',
    await call(JSON.stringify({ tool: 'spawn_thread', args }), 'stdin'),
  );
  const calls: { readonly [Name in ToolName]?: object } = {
    wait_threads: { thread_ids: [thread_id] },
    list_threads: {},
    get_thread: { thread_id },
    read_thread: { thread_id },
    resume_thread: { thread_id, additional_prompt: script('gate all-tools') },
    cancel_thread: { thread_id },
    list_providers: {},
  };
  for (const [tool, toolArgs] of Object.entries(calls)) {
    const name = toolNames.find(known => known === tool);
    assert.ok(name);
    const reply = await call(
      JSON.stringify({ tool, args: toolArgs }),
      name === 'list_threads' ? 'stdin' : 'argument',
    );
    assert.equal(reply.ok, true, JSON.stringify(reply));
    resultOf(name, reply);
  }
});

test('the set of tools is this one', () => {
  assert.deepEqual([...toolNames].sort(), [
    'answer_thread',
    'ask',
    'cancel_thread',
    'get_thread',
    'list_providers',
    'list_threads',
    'open_native',
    'read_thread',
    'report',
    'resume_thread',
    'send_message',
    'spawn_thread',
    'wait_threads',
  ]);
});

const bad: Readonly<Record<string, string>> = {
  'no JSON': 'not json',
  'half a JSON': '{"tool": "list_threads"',
  nothing: ' ',
  'a list': '[]',
  'a number': '42',
  null: 'null',
  'no tool': '{"args": {}}',
  'a tool that is a number': '{"tool": 7}',
  'arguments that are a list': '{"tool": "list_threads", "args": []}',
  'arguments that are a text': '{"tool": "list_threads", "args": "all"}',
  'arguments under another name': '{"tool": "list_threads", "arguments": {"limit": 1}}',
  'an unknown tool': '{"tool": "drop_tables"}',
};
for (const [what, json] of Object.entries(bad)) {
  test(`call with ${what} is invalid_arguments in JSON, exit code 1, with the next step`, async () => {
    for (const form of ['argument', 'stdin'] as const) {
      const reply = await call(json, form);
      assert.partialDeepStrictEqual(reply, {
        ok: false,
        error: { code: 'invalid_arguments', retryable: false },
      });
      assert.match(JSON.stringify(reply), /Such as|such as|Tools:/);
    }
  });
}

test('a call without any arguments takes them as empty, and bad UTF-8 on standard input is no crash', async () => {
  assert.equal((await call('{"tool": "list_threads"}')).ok, true);
  const run = await dock.cli(['call', '-'], { stdin: Buffer.from([0xff, 0xfe, 0x00]) });
  assert.equal(run.code, 1);
  assert.partialDeepStrictEqual(run.json(), { error: { code: 'invalid_arguments' } });
});

test('a call outside any workspace says how to make one, and makes nothing', async () => {
  const run = await dock.cli(['call', '{"tool": "list_threads"}'], { cwd: dock.home });
  assert.equal(run.code, 1);
  assert.partialDeepStrictEqual(run.json(), { ok: false, error: { code: 'not_found', retryable: false } });
  assert.match(run.stdout, /agentdock init/);
  assert.equal(existsSync(join(dock.home, '.agentdock')), false);
});
