import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAnthropicRequest } from '../models/anthropicMessages/readRequest.ts';
import { readChatRequest } from '../models/openaiChat/readRequest.ts';
import { readResponsesRequest } from '../models/openaiResponses/readRequest.ts';

const headers = (given: Record<string, string>) => (name: string) => given[name];
const noHeaders = headers({});
const text = (value: string) => ({ type: 'text', text: value });
const input = (role: string, ...parts: string[]) => ({
  type: 'message',
  role,
  content: parts.map(part => ({ type: 'input_text', text: part })),
});

test('Claude Code: reminders are left out, merged prompts are told apart, steers and interrupts are seen', () => {
  const read = readAnthropicRequest(
    {
      model: 'opus',
      system: [text('Primary working directory: /ws\nMore')],
      tools: [{ name: 'Bash', input_schema: {} }],
      messages: [
        {
          role: 'user',
          content: [text('<system-reminder>\nBe kind.\n</system-reminder>\n'), text('first\n')],
        },
        {
          role: 'assistant',
          content: [text('ok'), { type: 'tool_use', id: 't1', name: 'Bash', input: { command: 'ls' } }],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: [text('out')] }] },
        {
          role: 'system',
          content:
            'The user sent a new message while you were working:\nhurry\n\nup\n\nIMPORTANT: After that …',
        },
        { role: 'user', content: [text('second\n'), text('[Request interrupted by user]\n'), text('third')] },
      ],
    },
    headers({ 'x-claude-code-session-id': 's1' }),
  );
  assert.deepEqual(read.entries, [
    { kind: 'prompt', text: 'first\n' },
    { kind: 'answer', text: 'ok' },
    { kind: 'call', id: 't1', tool: 'Bash', args: '{"command":"ls"}' },
    { kind: 'result', id: 't1', text: 'out' },
    { kind: 'steer', text: 'hurry\n\nup' },
    { kind: 'prompt', text: 'second' },
    { kind: 'interrupted' },
    { kind: 'prompt', text: 'third' },
  ]);
  assert.equal(read.cwd, '/ws');
  assert.equal(read.sessionHint, 's1');
  assert.match(read.system, /Be kind/);
});

test('Codex: AGENTS.md and environment messages are context, all kinds of calls are seen', () => {
  const read = readResponsesRequest(
    {
      model: 'gpt-5.5',
      tools: [
        { type: 'function', name: 'exec_command' },
        { type: 'custom', name: 'apply_patch' },
        { type: 'web_search' },
      ],
      input: [
        input('developer', 'You are Codex.'),
        input(
          'user',
          '# AGENTS.md instructions for /ws\n\nBe kind.',
          '<environment_context>\n<cwd>/ws</cwd>',
        ),
        input('user', 'first'),
        { type: 'reasoning', summary: [] },
        { type: 'function_call', name: 'exec_command', call_id: 'c1', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: 'out' },
        { type: 'custom_tool_call', name: 'apply_patch', call_id: 'c2', input: 'patch' },
        { type: 'custom_tool_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'patched' }] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'ok' }] },
        input('user', '<turn_aborted>\nThe user …'),
        input('user', 'second'),
      ],
    },
    headers({ 'session-id': 's2' }),
  );
  assert.deepEqual(read.entries, [
    { kind: 'prompt', text: 'first' },
    { kind: 'call', id: 'c1', tool: 'exec_command', args: '{}' },
    { kind: 'result', id: 'c1', text: 'out' },
    { kind: 'call', id: 'c2', tool: 'apply_patch', args: 'patch' },
    { kind: 'result', id: 'c2', text: 'patched' },
    { kind: 'answer', text: 'ok' },
    { kind: 'interrupted' },
    { kind: 'prompt', text: 'second' },
  ]);
  assert.deepEqual(read.tools, [
    { name: 'exec_command', kind: 'function' },
    { name: 'apply_patch', kind: 'custom' },
    { name: 'web_search', kind: 'function' },
  ]);
  assert.equal(read.cwd, '/ws');
  assert.equal(read.sessionHint, 's2');
  assert.match(read.system, /You are Codex.*Be kind/s);
});

test('Codex: the tools of newer models come late and in namespaces', () => {
  const named = (type: string, name: string, ...tools: object[]) => ({ type, name, tools });
  const read = readResponsesRequest(
    {
      model: 'gpt-6-sol',
      input: [
        {
          type: 'additional_tools',
          tools: [
            named('namespace', 'functions', named('custom', 'exec')),
            named('namespace', 'clock', named('function', 'sleep')),
          ],
        },
      ],
    },
    noHeaders,
  );
  assert.deepEqual(read.tools, [
    { name: 'exec', kind: 'custom' },
    { name: 'clock.sleep', kind: 'function' },
  ]);
});

test('OpenCode: prompts, calls and results are read from plain messages', () => {
  const read = readChatRequest(
    {
      model: 'scripted-1',
      messages: [
        { role: 'system', content: 'Env\n  Working directory: /ws\n' },
        { role: 'user', content: [text('first'), text('<system-reminder>plan mode</system-reminder>')] },
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'bash', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'out' },
        { role: 'assistant', content: 'ok' },
      ],
    },
    headers({ 'x-session-id': 's3' }),
  );
  assert.deepEqual(read.entries, [
    { kind: 'prompt', text: 'first' },
    { kind: 'call', id: 'c1', tool: 'bash', args: '{}' },
    { kind: 'result', id: 'c1', text: 'out' },
    { kind: 'answer', text: 'ok' },
  ]);
  assert.equal(read.cwd, '/ws');
  assert.equal(read.sessionHint, 's3');
});

test('requests of the CLI itself are marked', () => {
  const claude = {
    model: 'haiku',
    system: 'Generate a concise title',
    messages: [{ role: 'user', content: 'x' }],
  };
  assert.equal(readAnthropicRequest(claude, noHeaders).side, true);
  const codex = { model: 'm', input: [input('user', 'Generate a concise, single-line task title for …')] };
  assert.equal(readResponsesRequest(codex, noHeaders).side, true);
  const opencode = { model: 'm', messages: [{ role: 'system', content: 'You are a title generator.' }] };
  assert.equal(readChatRequest(opencode, noHeaders).side, true);
});

test('a request that is not of the protocol is refused', () => {
  assert.throws(() => readAnthropicRequest({ messages: 'no' }, noHeaders));
  assert.throws(() => readResponsesRequest({ model: 'm' }, noHeaders));
  assert.throws(() => readChatRequest([], noHeaders));
});
