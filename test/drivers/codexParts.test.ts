import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import * as z from 'zod';
import type { AgentEvent } from '../../src/contracts/agentEvent.ts';
import { DockError } from '../../src/contracts/errors.ts';
import { permissionModes } from '../../src/contracts/thread.ts';
import { classifyTurnError, toDockError } from '../../src/providers/codex/classifyError.ts';
import { commandTitle, unwrapShell } from '../../src/providers/codex/commandTitle.ts';
import { connect, RpcError } from '../../src/providers/codex/connection.ts';
import {
  environmentPolicy,
  projectRootMarkers,
  serverNames,
  withoutRepositoryServers,
} from '../../src/providers/codex/effectiveConfig.ts';
import { parseNotification } from '../../src/providers/codex/notifications.ts';
import { permissionConfig } from '../../src/providers/codex/permissionModes.ts';
import { isLargePrompt } from '../../src/providers/codex/prompt.ts';
import { TurnEvents } from '../../src/providers/codex/turnEvents.ts';

/** What the notifications of a turn become, as the driver would tell it. */
function replay(...lines: readonly [method: string, params: object][]): readonly AgentEvent[] {
  const events = new TurnEvents();
  const told = lines.flatMap(([method, params]) => {
    const notification = parseNotification(method, { threadId: 't', turnId: 'u', ...params });
    assert.ok(typeof notification !== 'string', `${method} is ${JSON.stringify(notification)}`);
    return events.take(notification);
  });
  return [...told, ...events.finish()];
}

test('a message that was not streamed is told whole', () => {
  assert.deepEqual(replay(['item/completed', { item: { type: 'agentMessage', id: 'm', text: 'Hi.' } }]), [
    { type: 'text', item: 'm', text: 'Hi.', done: true },
  ]);
});

test('parts of a reasoning summary are paragraphs of one item', () => {
  const piece = (summaryIndex: number, delta: string): [string, object] => [
    'item/reasoning/summaryTextDelta',
    { itemId: 'r', delta, summaryIndex },
  ];
  const events = replay(piece(0, 'One'), piece(0, ' more'), piece(1, 'Two'), [
    'item/completed',
    { item: { type: 'reasoning', id: 'r', summary: ['One more', 'Two'], content: [] } },
  ]);
  assert.equal(
    events.map(event => (event.type === 'reasoning' ? event.text : '')).join(''),
    'One more\n\nTwo',
  );
});

test('an MCP call tells its arguments, progress and answer; a failed one its error', () => {
  const call = { type: 'mcpToolCall', id: 'c', server: 'docs', tool: 'find', arguments: { q: 1 } };
  const events = replay(
    ['item/started', { item: { ...call, status: 'inProgress' } }],
    ['item/mcpToolCall/progress', { itemId: 'c', message: 'looking' }],
    [
      'item/completed',
      {
        item: {
          ...call,
          status: 'completed',
          result: { content: [{ type: 'text', text: 'found' }] },
          error: null,
        },
      },
    ],
    [
      'item/completed',
      { item: { ...call, id: 'd', status: 'failed', result: null, error: { message: 'no' } } },
    ],
  );
  assert.deepEqual(events, [
    {
      type: 'tool.started',
      item: 'c',
      name: 'docs.find',
      title: '{"q":1}',
      input: { text: '{\n  "q": 1\n}' },
    },
    { type: 'tool.progress', item: 'c', text: 'looking' },
    { type: 'tool.ended', item: 'c', status: 'completed', output: { text: 'found' } },
    {
      type: 'tool.started',
      item: 'd',
      name: 'docs.find',
      title: '{"q":1}',
      input: { text: '{\n  "q": 1\n}' },
    },
    { type: 'tool.ended', item: 'd', status: 'failed', output: { text: 'no' } },
  ]);
});

test('a renamed file is one deleted and one added, a refused change is none', () => {
  const change = { path: '/w/a', kind: { type: 'update', move_path: '/w/b' }, diff: '' };
  const item = (status: string) => ({ type: 'fileChange', id: status, status, changes: [change] });
  const events = replay(
    ['item/completed', { item: item('completed') }],
    ['item/completed', { item: item('declined') }],
  );
  assert.deepEqual(
    events.filter(event => event.type === 'file.changed'),
    [
      { type: 'file.changed', path: '/w/a', kind: 'delete' },
      { type: 'file.changed', path: '/w/b', kind: 'add' },
    ],
  );
});

test('a tool without an end is interrupted, one of an unknown kind shows under its own name', () => {
  const events = replay(['item/started', { item: { type: 'futureTool', id: 'f', anything: 1 } }]);
  assert.deepEqual(events, [
    { type: 'tool.started', item: 'f', name: 'futureTool', title: 'futureTool' },
    { type: 'tool.ended', item: 'f', status: 'interrupted' },
  ]);
});

test('unknown notifications are ignored, known ones in an unknown form are unparsed', () => {
  assert.equal(parseNotification('thread/somethingNew', {}), 'ignored');
  assert.equal(parseNotification('warning', { message: 'about the whole server' }), 'ignored');
  assert.equal(
    parseNotification('item/completed', { threadId: 't', item: { type: 'agentMessage' } }),
    'unparsed',
  );
});

test('a command is shown without the shell around it, in one line', () => {
  assert.equal(unwrapShell("/bin/bash -lc 'echo hi; pwd'"), 'echo hi; pwd');
  assert.equal(unwrapShell('/bin/zsh -c "echo \\"a\\" \\$HOME"'), 'echo "a" $HOME');
  assert.equal(unwrapShell('/bin/bash -c pwd'), 'pwd');
  assert.equal(unwrapShell(`bash -c 'a'"'"'b'`), `bash -c 'a'"'"'b'`);
  assert.equal(commandTitle("/bin/bash -c 'one\n  two'"), 'one two');
  assert.equal(commandTitle('x'.repeat(500)).length, 200);
});

test('errors that cannot be scripted have their code too', () => {
  const code = (message: string, codexErrorInfo?: unknown) =>
    classifyTurnError({ message, codexErrorInfo }).code;
  assert.equal(
    code('Your access token could not be refreshed. Please log out and sign in again.'),
    'credential_expired',
  );
  assert.equal(code('You’ve hit your usage limit.', 'usageLimitExceeded'), 'quota_exceeded');
  assert.equal(code('We’re currently experiencing high demand', 'other'), 'upstream_unavailable');
  assert.equal(
    code('stream disconnected before completion: idle timeout waiting for SSE', 'other'),
    'timeout',
  );
  assert.equal(code('x', { responseTooManyFailedAttempts: { httpStatusCode: 429 } }), 'rate_limited');
  assert.equal(code('x', { httpConnectionFailed: { httpStatusCode: null } }), 'unknown');
  assert.equal(code('unexpected status 402 Payment Required: no credit'), 'quota_exceeded');
  assert.equal(code('unexpected status 413 Payload Too Large: too long'), 'context_full');
  assert.equal(code('Reconnecting... 1/5 (unexpected status 401 Unauthorized: no)'), 'credential_expired');
  assert.equal(code('refused', 'cyberPolicy'), 'content_filtered');
  assert.equal(code('something new', 'aNewKind'), 'unknown');
});

test('only what is said about the config sends the person to the config', () => {
  const codeOf = (message: string) => toDockError(new RpcError('thread/start', -32603, message)).code;
  for (const message of [
    'failed to read configuration layers: /home/me/.codex/config.toml:1:16: unclosed array, expected `]`',
    'invalid configuration: invalid type: integer `42`, expected a string\nin `model`\n',
    'invalid configuration: unknown variant `weird`, expected one of `untrusted`, `on-request`',
    'failed to resolve feature override precedence: Model provider `nope` not found',
    'failed to load configuration: No such file or directory (os error 2)',
  ]) {
    assert.equal(codeOf(message), 'invalid_arguments', message);
    assert.match(toDockError(new RpcError('config/read', -32603, message)).hint ?? '', /config\.toml/);
  }
  assert.equal(codeOf('error creating thread: cannot open /work/config-repo/notes'), 'unknown');
  assert.equal(codeOf('failed to open config-repo/notes'), 'unknown');
  assert.equal(codeOf('unknown variant `thread/new`, expected one of `initialize`'), 'version_mismatch');
});

test('a call without an answer is told as a hang, and waits for the end of the server or a late answer', async () => {
  const stdout = new PassThrough();
  const unparsed: string[] = [];
  const hung = Promise.withResolvers<string>();
  const cli = {
    pid: 1,
    stdout,
    write: async () => true,
    endInput: () => undefined,
    kill: async () => undefined,
    stderrTail: () => '',
    exited: new Promise<never>(() => undefined),
  };
  const connection = connect(cli, {
    notification: () => undefined,
    request: () => undefined,
    unparsed: line => unparsed.push(line),
    hangs: hung.resolve,
  });
  const late = connection.call('thread/start', {}, z.object({ ok: z.boolean() }), 1);
  const lost = connection.call('turn/start', {}, z.object({}));
  assert.equal(await hung.promise, 'thread/start');
  stdout.write('{"id":1,"result":{"ok":true}}\n');
  assert.deepEqual(await late, { ok: true });
  assert.deepEqual(unparsed, []);
  connection.fail(new DockError('upstream_unavailable', 'It was ended.'));
  await assert.rejects(lost, { code: 'upstream_unavailable' });
});

test('the person’s rules on the environment stay, and the mark is never dropped', () => {
  const policy = environmentPolicy(
    { config: { shell_environment_policy: { exclude: ['MY_*'], include_only: ['PATH'] } } },
    'thread-test-1',
  );
  assert.deepEqual(policy, {
    exclude: ['MY_*', '*TOKEN*', '*KEY*', '*SECRET*', '*PASSWORD*'],
    include_only: ['PATH', 'AGENTDOCK_THREAD'],
    set: { AGENTDOCK_THREAD: 'thread-test-1' },
  });
});

test('only servers of a repository that Codex would apply are switched off', () => {
  const layer = (type: string, name: string, disabledReason?: string) => ({
    name: { type },
    disabledReason,
    config: { mcp_servers: { [name]: {} } },
  });
  const layers = [layer('project', 'theirs'), layer('project', 'off', 'not trusted'), layer('user', 'mine')];
  assert.deepEqual(withoutRepositoryServers({ config: {}, layers }), { theirs: { enabled: false } });
  assert.deepEqual([...serverNames({ config: {}, layers })], ['theirs', 'mine']);
});

test('an empty `.git` is no project root; the person’s own markers stay', () => {
  assert.deepEqual(projectRootMarkers({ config: {} }, '/nowhere'), ['.git/HEAD']);
  const config = { project_root_markers: ['.hg', '.git'] };
  assert.deepEqual(projectRootMarkers({ config }, '/nowhere'), ['.hg', '.git/HEAD']);
});

test('a prompt is large by its characters, not by its UTF-16 units', () => {
  assert.equal(isLargePrompt('x'.repeat(1024 * 1024)), false);
  assert.equal(isLargePrompt('😀'.repeat(1024 * 1024)), false);
  assert.equal(isLargePrompt('x'.repeat(1024 * 1024 + 1)), true);
});

const profilesSchema = z.object({
  permissions: z.record(z.string(), z.object({ filesystem: z.record(z.string(), z.unknown()) })).default({}),
});

test('of the modes with a sandbox only read_only cannot drop requests', () => {
  const rights = permissionModes.map(mode => {
    const { config, turnProfile } = permissionConfig(mode, { workspace: '/w', runtimeDir: '/r' });
    const { filesystem } = profilesSchema.parse(config).permissions[turnProfile] ?? {};
    return [mode, filesystem?.['/w/.agentdock'], filesystem?.['/w/.agentdock/requests']];
  });
  assert.deepEqual(rights, [
    ['read_only', 'read', undefined],
    ['ask', 'read', 'write'],
    ['edit', 'read', 'write'],
    ['full', undefined, undefined],
  ]);
});
