import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Conversation, Entry, OfferedTool, Protocol } from '../models/conversation.ts';
import { type Action, fingerprint, type Mind, planResponse } from '../models/plan.ts';

interface Given {
  readonly entries: readonly Entry[];
  readonly protocol?: Protocol;
  readonly tools?: readonly OfferedTool[];
  readonly side?: boolean;
  readonly mind?: Mind;
}

function plan({ entries, protocol = 'openai-chat', tools = [], side = false, mind }: Given): Action[] {
  const conversation: Conversation = {
    protocol,
    model: 'scripted-1',
    sessionHint: undefined,
    system: '',
    cwd: '/work',
    tools,
    entries,
    side,
  };
  return planResponse(conversation, () => '', undefined, mind);
}

const prompt = (text: string): Entry => ({ kind: 'prompt', text });
const script = (...lines: string[]): Entry => prompt(['<<script', ...lines, 'script>>'].join('\n'));
const called: readonly Entry[] = [
  { kind: 'call', id: 'c', tool: 'bash', args: '{}' },
  { kind: 'result', id: 'c', text: 'tool said so' },
];
const answer = (text: string): Entry => ({ kind: 'answer', text });
const functions = (...names: string[]): OfferedTool[] => names.map(name => ({ name, kind: 'function' }));

function texts(actions: readonly Action[]): string[] {
  return actions.flatMap(action => (action.kind === 'text' ? [action.text] : []));
}

test('a response ends at its first tool call and the next one goes on after it', () => {
  const start = script('think t', 'say A', 'shell one', 'shell two', 'say B');
  const kinds = (entries: readonly Entry[]) => plan({ entries }).map(action => action.kind);
  assert.deepEqual(kinds([start]), ['reasoning', 'text', 'call']);
  assert.deepEqual(kinds([start, answer('A'), ...called]), ['call']);
  assert.deepEqual(texts(plan({ entries: [start, answer('A'), ...called, ...called] })), ['B']);
});

test('a finished script says so instead of starting again', () => {
  const entries = [script('shell one', 'say B'), ...called, answer('B')];
  assert.deepEqual(texts(plan({ entries })), ['Nothing is left of the script.']);
});

test('a script without a last word gets one, because an empty answer makes a CLI ask again', () => {
  assert.deepEqual(texts(plan({ entries: [script('shell one'), ...called] })), ['Done.']);
  assert.deepEqual(texts(plan({ entries: [script('think only')] })), ['Done.']);
});

test('a prompt without a script gets the plain answer of its protocol', () => {
  assert.deepEqual(texts(plan({ entries: [prompt('hi')] })), ['Plain answer over openai-chat.']);
  const later = [script('say A'), answer('A'), prompt('and now?')];
  assert.deepEqual(texts(plan({ entries: later, protocol: 'anthropic-messages' })), [
    'Plain answer over anthropic-messages.',
  ]);
});

test('a mind comes before all scripts, and sees what was called and what the tool said', () => {
  const mind: Mind = ({ entries }) => {
    if (entries.some(entry => entry.kind === 'result' && entry.text === 'tool said so'))
      return 'say I heard.';
    return entries.some(({ kind }) => kind === 'call') ? undefined : 'shell ask';
  };
  const start = script('say Scripted.');
  assert.deepEqual(
    plan({ entries: [start], mind }).map(({ kind }) => kind),
    ['call'],
  );
  assert.deepEqual(texts(plan({ entries: [start, ...called], mind })), ['I heard.']);
  const cut: Entry = { kind: 'call', id: 'c', tool: 'bash', args: '{}' };
  assert.deepEqual(texts(plan({ entries: [cut, start], mind })), ['Scripted.']);
});

test('a message after a tool result steers the running script', () => {
  const entries = [script('shell one', 'heard', 'say B'), ...called, prompt('hurry')];
  assert.deepEqual(texts(plan({ entries })), ['heard: hurry', 'B']);
});

test('a message after an interrupted call or turn starts a turn of its own', () => {
  const start = script('shell one', 'say B');
  const call: Entry = { kind: 'call', id: 'c', tool: 'bash', args: '{}' };
  const plain = ['Plain answer over openai-chat.'];
  for (const text of ['aborted', 'Wall time: 1\naborted by user', '[Tool execution was interrupted]']) {
    const result: Entry = { kind: 'result', id: 'c', text };
    assert.deepEqual(texts(plan({ entries: [start, call, result, prompt('hello')] })), plain);
  }
  assert.deepEqual(texts(plan({ entries: [start, { kind: 'interrupted' }, prompt('hello')] })), plain);
});

test('recall counts only what lay before the prompt and takes words from answers', () => {
  const first = [script('remember apple', 'shell one'), answer('I will remember apple.'), ...called];
  assert.deepEqual(texts(plan({ entries: [...first, script('recall')] })), [
    'earlier prompts: 1; tool calls: 1; tool results: 1; words: apple',
  ]);
  assert.deepEqual(texts(plan({ entries: [script('recall')] })), [
    'earlier prompts: 0; tool calls: 0; tool results: 0; words: none',
  ]);
});

test('echo fingerprints the whole prompt and report repeats the last tool result', () => {
  const echo = script('echo');
  assert.equal(
    echo.kind === 'prompt' && texts(plan({ entries: [echo] }))[0],
    fingerprint('<<script\necho\nscript>>'),
  );
  assert.deepEqual(texts(plan({ entries: [script('shell one', 'report'), ...called] })), ['tool said so']);
});

test('a side request never runs a script', () => {
  assert.deepEqual(texts(plan({ entries: [script('shell rm')], side: true })), ['Scripted session']);
});

test('a script that cannot be read is answered with the reason', () => {
  assert.deepEqual(texts(plan({ entries: [script('fly')] })), [
    'Bad script: Expected a known step, got `fly`.',
  ]);
});

test('shell and write use the tools that each CLI offers', () => {
  const callOf = (line: string, tools: readonly OfferedTool[]) => {
    const action = plan({ entries: [script(line)], tools })[0];
    return action?.kind === 'call' ? action.call : undefined;
  };
  const json = (line: string, ...names: string[]) => {
    const call = callOf(line, functions(...names));
    return [call?.name, JSON.parse(call?.input ?? '')];
  };
  assert.deepEqual(json('shell ls', 'exec_command', 'apply_patch'), [
    'exec_command',
    { cmd: 'ls', yield_time_ms: 30_000 },
  ]);
  assert.deepEqual(json('shell ls', 'shell'), ['shell', { command: ['bash', '-lc', 'ls'] }]);
  assert.deepEqual(json('shell ls', 'Bash'), ['Bash', { command: 'ls', description: 'Scripted command' }]);
  assert.deepEqual(json('write a.txt x', 'Bash', 'Write'), [
    'Write',
    { file_path: '/work/a.txt', content: 'x' },
  ]);
  assert.deepEqual(json('write /b/a.txt x', 'write'), ['write', { filePath: '/b/a.txt', content: 'x' }]);
  assert.deepEqual(json("write a.txt it's", 'Bash'), [
    'Bash',
    { command: `printf %s 'it'\\''s' > 'a.txt'`, description: 'Scripted command' },
  ]);
  const patch = '*** Begin Patch\n*** Add File: a.txt\n+x\n+y\n*** End Patch';
  assert.equal(callOf('write a.txt x\\ny', [{ name: 'apply_patch', kind: 'custom' }])?.input, patch);
  assert.deepEqual(json('write a.txt x\\ny', 'apply_patch'), ['apply_patch', { input: patch }]);
  assert.match(
    callOf('shell ls', [{ name: 'exec', kind: 'custom' }])?.input ?? '',
    /tools\.exec_command\(\{"cmd":"ls","yield_time_ms":30000\}\)/,
  );
});

test('a tool of an MCP server gets the name that each CLI gives it', () => {
  const nameOf = (protocol: Protocol, ...names: string[]) => {
    const entries = [script('mcp dock list {"a":1}')];
    const action = plan({ entries, protocol, tools: functions(...names) })[0];
    return action?.kind === 'call' ? [action.call.namespace, action.call.name, action.call.input] : [];
  };
  assert.deepEqual(nameOf('openai-responses'), ['mcp__dock', 'list', '{"a":1}']);
  assert.deepEqual(nameOf('anthropic-messages'), [undefined, 'mcp__dock__list', '{"a":1}']);
  assert.deepEqual(nameOf('openai-chat', 'dock_thread_1_list'), [undefined, 'dock_thread_1_list', '{"a":1}']);
});
