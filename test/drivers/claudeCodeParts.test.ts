import assert from 'node:assert/strict';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type PermissionMode, permissionModes } from '../../src/contracts/thread.ts';
import { resultError } from '../../src/providers/claudeCode/errors.ts';
import { EventMapper } from '../../src/providers/claudeCode/eventMapper.ts';
import { findClaude } from '../../src/providers/claudeCode/findClaude.ts';
import { prepareLaunch } from '../../src/providers/claudeCode/launch.ts';
import type { ResultMessage } from '../../src/providers/claudeCode/messages.ts';
import { parseLine } from '../../src/providers/claudeCode/parseLine.ts';
import { permissionSettings, rulePath } from '../../src/providers/claudeCode/permissions.ts';
import { readProjectMemory } from '../../src/providers/claudeCode/projectMemory.ts';
import { endOfTurn } from '../../src/providers/claudeCode/turnEnd.ts';
import { TurnProgress } from '../../src/providers/claudeCode/turnProgress.ts';
import { usageOf } from '../../src/providers/claudeCode/usage.ts';
import { turnRequest } from './turnRequest.ts';

async function makeFolder(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'dock-parts-')));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

const result = (changes: Partial<ResultMessage>): ResultMessage => ({
  type: 'result',
  subtype: 'success',
  is_error: true,
  ...changes,
});

test('claude_code parts: errors are told by class and status', () => {
  const code = (errorClass: string | undefined, changes: Partial<ResultMessage>) =>
    resultError({ result: result(changes), errorClass, resetsAt: undefined }).code;
  assert.equal(code('authentication_failed', { api_error_status: null }), 'credential_missing');
  assert.equal(code('authentication_failed', { api_error_status: 401 }), 'credential_expired');
  assert.equal(code('rate_limit', {}), 'rate_limited');
  assert.equal(code('server_error', { result: 'Repeated 529 Overloaded' }), 'upstream_unavailable');
  assert.equal(code('unknown', { result: 'API Error: Overloaded' }), 'upstream_unavailable');
  assert.equal(code('server_error', { result: 'Request timed out' }), 'timeout');
  assert.equal(code('unknown', { result: 'empty or malformed response (HTTP 200)' }), 'invalid_response');
  assert.equal(code('invalid_request', { stop_reason: 'refusal' }), 'content_filtered');
  assert.equal(code('invalid_request', { terminal_reason: 'prompt_too_long' }), 'context_full');
  assert.equal(code('billing_error', {}), 'quota_exceeded');
  assert.equal(code('unknown', { api_error_status: 402 }), 'quota_exceeded');
  assert.equal(code('invalid_request', { api_error_status: 413 }), 'context_full');
  assert.equal(code('invalid_request', { api_error_status: 400 }), 'invalid_arguments');
  assert.equal(code(undefined, { subtype: 'error_max_turns' }), 'limit_reached');
  assert.equal(code(undefined, { errors: ['No conversation found with session ID: x'] }), 'not_found');
  assert.equal(code(undefined, {}), 'unknown');
});

test('claude_code parts: a usage limit says when it ends', () => {
  const error = resultError({ result: result({}), errorClass: 'rate_limit', resetsAt: 1_795_500_000 });
  assert.match(error.hint ?? '', /2026-11-2\dT/);
});

test('claude_code parts: usage is summed over the models of the turn, with what was cached', () => {
  const model = { inputTokens: 10, outputTokens: 2, cacheReadInputTokens: 100, cacheCreationInputTokens: 5 };
  assert.deepEqual(usageOf(result({ total_cost_usd: 0.5, modelUsage: { a: model, b: model } })), {
    input_tokens: 230,
    cached_input_tokens: 200,
    output_tokens: 4,
    cost_usd: 0.5,
  });
  assert.equal(usageOf(result({})), undefined);
});

test('claude_code parts: however much the person’s settings allow, the command line stays short', async t => {
  const allow = Array.from({ length: 2_000 }, (_, index) => `Bash(tool-${index}:*)`);
  const home = await makeFolder(t, { '.claude/settings.json': JSON.stringify({ permissions: { allow } }) });
  const runtimeDir = join(home, 'run');
  const context = {
    environment: { HOME: home },
    workspace: home,
    runtimeDir,
    binary: process.execPath,
    log: () => undefined,
  };
  const launch = await prepareLaunch(context, turnRequest(home, { permissionMode: 'read_only' }));
  assert.ok(launch.cli.args.join(' ').length < 4_000);
  const option = launch.cli.args.find(argument => argument.startsWith('--settings='));
  const settings = await readFile(option?.slice('--settings='.length) ?? '', 'utf8');
  assert.ok(settings.includes('Bash(tool-1999:*)'));
  await launch.dispose();
  assert.deepEqual(await readdir(runtimeDir), []);
});

test('claude_code parts: lines of any other kind are told apart', () => {
  assert.deepEqual(parseLine('no json'), { isUnparsed: true, isMessage: false });
  assert.deepEqual(parseLine('7'), { isUnparsed: true, isMessage: false });
  assert.deepEqual(parseLine('{"type":"keep_alive"}'), { isUnparsed: false, isMessage: true });
  assert.deepEqual(parseLine('{"type":"user","uuid":"u","isReplay":true}'), {
    delivered: 'u',
    isUnparsed: true,
    isMessage: true,
  });
  assert.equal(parseLine('{"type":"result","subtype":"success"}').isUnparsed, true);
  assert.equal(parseLine('{"type":"result","subtype":"success","is_error":false}').isUnparsed, false);
});

function progressAfter(...lines: readonly object[]): TurnProgress {
  const progress = new TurnProgress();
  progress.await('mine');
  for (const line of lines) {
    const { message, delivered, isUnparsed, isMessage } = parseLine(JSON.stringify(line));
    if (isUnparsed && isMessage) progress.unread();
    if (delivered !== undefined) progress.delivered(delivered);
    if (message !== undefined) progress.observe(message);
  }
  return progress;
}

const replay = { type: 'user', uuid: 'mine', isReplay: true, message: { content: [] } };
const fine = { type: 'result', subtype: 'success', is_error: false, result: 'fine' };
const state = (name: string) => ({ type: 'system', subtype: 'session_state_changed', state: name });
const task = (subtype: string) => ({ type: 'system', subtype, task_id: 't1' });

test('claude_code parts: a turn is over when its own message was taken and the CLI is at rest', () => {
  assert.equal(progressAfter(fine).isOver, false, 'a result of another turn');
  assert.equal(progressAfter(replay).isOver, false);
  assert.equal(progressAfter(replay, fine).isOver, true, 'a version that does not tell its state');
  assert.equal(progressAfter(state('running'), replay, fine).isOver, false);
  assert.equal(progressAfter(state('running'), replay, fine, state('idle')).isOver, true);
  const background = [state('running'), replay, task('task_started'), fine, state('idle')];
  assert.equal(progressAfter(...background).isOver, false);
  assert.equal(progressAfter(...background, state('running'), task('task_notification')).isOver, false);
  assert.equal(progressAfter(...background, task('task_notification')).isOver, true);
});

const says = (text: string, more: object = {}) => ({
  type: 'assistant',
  message: { id: 'm', content: [{ type: 'text', text }] },
  ...more,
});

/** How a turn ends whose CLI has said these lines and then rests. */
function endAfter(...lines: readonly object[]) {
  const progress = progressAfter(state('running'), replay, ...lines, state('idle'));
  const exit = { code: 0, signal: undefined };
  return endOfTurn({ progress, exit, stderr: '', wasStopped: false });
}

test('claude_code parts: a turn ends with what can be read of a result in another form', () => {
  const usage = { modelUsage: { a: { inputTokens: 10, outputTokens: 2 } } };
  const told = { type: 'result', subtype: 5, result: 'fine', ...usage };
  assert.partialDeepStrictEqual(endAfter(says('so far'), told), {
    outcome: 'completed',
    result: 'fine',
    usage: { input_tokens: 10, output_tokens: 2 },
  });
  const untold = { type: 'result', is_error: 'no' };
  assert.deepEqual(endAfter(says('all of it'), untold), { outcome: 'completed', result: 'all of it' });
  assert.deepEqual(endAfter(says('all of it')), { outcome: 'completed', result: 'all of it' });
  const failed = endAfter(says('API Error', { error: 'rate_limit' }), untold);
  assert.deepEqual([failed.outcome, failed.error?.code], ['failed', 'rate_limited']);
  const limit = endAfter(says('so far'), { type: 'result', subtype: 'error_max_turns' });
  assert.deepEqual([limit.outcome, limit.error?.code], ['failed', 'limit_reached']);
});

test('claude_code parts: a turn of which nothing can be read is version_mismatch, one that never was, a conflict', () => {
  const codeAfter = (...lines: readonly object[]) => endAfter(...lines).error?.code;
  assert.equal(codeAfter({ type: 'result' }), 'version_mismatch');
  assert.equal(codeAfter({ type: 'assistant', message: 7 }), 'version_mismatch');
  const tool = { type: 'tool_use', id: 't', name: 'Bash', input: {} };
  assert.equal(codeAfter({ type: 'assistant', message: { id: 'm', content: [tool] } }), 'version_mismatch');
  assert.equal(codeAfter(), 'conflict');
});

test('claude_code parts: without partial messages each block is told once, whole', () => {
  const mapper = new EventMapper('/w');
  const say = (id: string, text: string) => {
    const line = JSON.stringify({ type: 'assistant', message: { id, content: [{ type: 'text', text }] } });
    const { message } = parseLine(line);
    return message === undefined ? [] : mapper.map(message);
  };
  assert.deepEqual(say('m', 'one'), [{ type: 'text', item: 'm:0', text: 'one', done: true }]);
  assert.deepEqual(say('m', 'two'), [{ type: 'text', item: 'm:1', text: 'two', done: true }]);
});

test('claude_code parts: paths in rules are absolute and hold no characters of the rules', () => {
  assert.equal(rulePath('/home/me/project/.agentdock/state/**'), '//home/me/project/.agentdock/state/**');
  assert.equal(rulePath('/home/me/a (b) [c]*/x'), '//home/me/a ?b? ?c??/x');
  assert.equal(rulePath('C:\\Users\\me\\p/.agentdock/state/**'), '//c/Users/me/p/.agentdock/state/**');
});

test('claude_code parts: only a reading thread turns the person’s allow rules into questions', () => {
  const rules = { workspace: '/w', userAllows: ['Bash(npm test)'] };
  assert.match(
    JSON.stringify(permissionSettings({ ...rules, mode: 'read_only' })),
    /"ask":\["Bash\(npm test\)"\]/,
  );
  assert.doesNotMatch(JSON.stringify(permissionSettings({ ...rules, mode: 'edit' })), /"ask"/);
});

test('claude_code parts: every mode but read_only may drop requests', () => {
  const allows = (mode: PermissionMode) =>
    /"allow":\["Edit\(\/\/w\/\.agentdock\/requests\/\*\*\)"\]/.test(
      JSON.stringify(permissionSettings({ workspace: '/w', userAllows: [], mode })),
    );
  assert.deepEqual(permissionModes.filter(allows), ['ask', 'edit', 'full']);
});

test('claude_code parts: project instructions come from the workspace down, with imports, never from outside', async t => {
  const root = await makeFolder(t, {
    'outside.md': 'OUTSIDE',
    'w/CLAUDE.md': 'TOP see @docs/a.md and @../outside.md, not `@docs/code.md`',
    'w/docs/a.md': 'IMPORTED @../CLAUDE.md',
    'w/docs/code.md': 'CODE',
    'w/pkg/AGENTS.md': 'AGENTS',
    'w/pkg/CLAUDE.local.md': 'LOCAL',
    'w/pkg/deep/x.txt': '',
  });
  const workspace = join(root, 'w');
  await symlink(join(root, 'outside.md'), join(workspace, 'pkg', 'deep', 'CLAUDE.md'));
  const text = await readProjectMemory(workspace, join(workspace, 'pkg', 'deep'));
  const found = ['TOP', 'IMPORTED', 'AGENTS', 'LOCAL', 'CODE', 'OUTSIDE'].filter(word => text.includes(word));
  assert.deepEqual(found, ['TOP', 'IMPORTED', 'AGENTS', 'LOCAL']);
  assert.equal(await readProjectMemory(join(workspace, 'docs'), join(workspace, 'docs')), '');
});

test('claude_code parts: beside npm’s launcher the native program is found', async t => {
  const root = await makeFolder(t, {
    'node_modules/@anthropic-ai/claude-code/bin/claude.exe': 'echo not installed',
    [`node_modules/@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`]: '',
    'bin/placeholder': '',
  });
  const scope = join(root, 'node_modules', '@anthropic-ai');
  const launcher = join(scope, 'claude-code', 'bin', 'claude.exe');
  const native = join(scope, `claude-code-${process.platform}-${process.arch}`, 'claude');
  await chmod(launcher, 0o755);
  await truncate(native, 2 * 1024 * 1024);
  await symlink(launcher, join(root, 'bin', 'claude'));
  const environment = { PATH: join(root, 'bin') };
  assert.equal(await findClaude({ binary: undefined, environment }), native);
  assert.equal(await findClaude({ binary: join(root, 'nothing'), environment }), undefined);
});
