import assert from 'node:assert/strict';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import type { DockClient } from '../../src/client/dockClient.ts';
import { DockError, type ErrorCode } from '../../src/contracts/errors.ts';
import type { ToolName } from '../../src/contracts/tools.ts';
import { type Dock, makeDock, wholeFile } from './harness.ts';
import { contentOf, settled } from './stateFiles.ts';
import { atRest, script, spawnThread } from './turns.ts';

const file = wholeFile();
let dock: Dock;
let client: DockClient;
let pid: number;
let content: Readonly<Record<string, string>>;

before(async () => {
  dock = await makeDock(file);
  await mkdir(join(dock.workspace, 'src'));
  await writeFile(join(dock.workspace, 'file.txt'), 'text');
  await symlink(dirname(dock.workspace), join(dock.workspace, 'link-out'));
  await symlink(join(dock.workspace, 'nowhere'), join(dock.workspace, 'link-nowhere'));
  client = await dock.connect();
  await atRest(client, await spawnThread(client, { provider: 'codex', prompt: script('say Known.') }));
  await settled(dock);
  pid = await dock.hostPid();
  content = await contentOf(dock.workspace);
});

/** Stands for the id of the thread that is there. */
const known = 'thread-known';
const good = { task_name: 'Task', provider: 'codex', prompt: 'Do it.' };

interface BadCall {
  readonly what: string;
  readonly tool?: string;
  /** For spawn_thread: what differs from a good call. */
  readonly args: unknown;
  readonly code?: ErrorCode;
  /** Must stand in the message or the hint: what to do. */
  readonly says: RegExp;
}

const spawns: readonly BadCall[] = [
  { what: 'an unknown provider', args: { provider: 'gpt' }, says: /provider.*codex.*claude_code/s },
  { what: 'a provider of another type', args: { provider: 7 }, says: /provider/ },
  { what: 'a prompt that is null', args: { prompt: null }, says: /prompt/ },
  { what: 'an empty prompt', args: { prompt: '' }, says: /Expected a prompt, got an empty text/ },
  { what: 'a prompt of white space', args: { prompt: ' \n\t' }, says: /white space/ },
  { what: 'a prompt with NUL', args: { prompt: 'a\0b' }, says: /NUL/ },
  { what: 'a prompt that is a list', args: { prompt: ['a'] }, says: /prompt/ },
  { what: 'a task name of two lines', args: { task_name: 'a\nb' }, says: /one line/ },
  { what: 'an empty task name', args: { task_name: '' }, says: /task name/ },
  { what: 'an unknown argument', args: { colour: 'red' }, says: /colour/ },
  {
    what: 'an unknown permission mode',
    args: { permission_mode: 'root' },
    says: /permission_mode.*read_only/s,
  },
  {
    what: 'a working_dir above',
    args: { working_dir: '..' },
    says: /outside the workspace.*inside the folder/s,
  },
  { what: 'an absolute working_dir elsewhere', args: { working_dir: '/etc' }, says: /outside/ },
  { what: 'a working_dir through a link', args: { working_dir: 'link-out' }, says: /outside/ },
  { what: 'a working_dir behind a link', args: { working_dir: 'src/../link-out/.' }, says: /outside/ },
  { what: 'a link to nothing', args: { working_dir: 'link-nowhere' }, says: /does not exist/ },
  {
    what: 'a missing working_dir',
    args: { working_dir: 'missing' },
    says: /does not exist.*create it first/s,
  },
  { what: 'a file as working_dir', args: { working_dir: 'file.txt' }, says: /file, not a folder/ },
  { what: 'a folder below a file', args: { working_dir: 'file.txt/x' }, says: /does not exist/ },
  { what: 'the state folder as working_dir', args: { working_dir: '.agentdock/state' }, says: /own state/ },
  { what: 'a working_dir with NUL', args: { working_dir: 'src\0' }, says: /control characters/ },
  { what: 'a working_dir of 5000 characters', args: { working_dir: 'a/'.repeat(2500) }, says: /4096/ },
  { what: 'a command for an agent', args: { command: ['ls'] }, says: /`command` only with the provider/ },
  {
    what: 'a master that is a program',
    args: { role: 'master', provider: 'command' },
    code: 'invalid_arguments',
    says: /role/,
  },
  ...['isolation', 'depends_on', 'priority', 'timeout_s', 'budget'].map(name => ({
    what: `the later argument ${name}`,
    args: { [name]: 1 },
    code: 'not_implemented' as const,
    says: new RegExp(`\`${name}\` is not built yet.*Leave it out`, 's'),
  })),
];

const others: readonly BadCall[] = [
  { what: 'an unknown tool', tool: 'rm_thread', args: {}, says: /spawn_thread, resume_thread/ },
  { what: 'a tool named after a property', tool: 'constructor', args: {}, says: /There is no tool/ },
  {
    what: 'an unknown thread',
    tool: 'get_thread',
    args: { thread_id: 'thread-xyz-789' },
    code: 'not_found',
    says: /list_threads/,
  },
  {
    what: 'an unknown thread to resume',
    tool: 'resume_thread',
    args: { thread_id: 'thread-xyz-789', additional_prompt: 'Go.' },
    code: 'not_found',
    says: /list_threads/,
  },
  {
    what: 'an unknown thread to cancel',
    tool: 'cancel_thread',
    args: { thread_id: 'thread-xyz-789' },
    code: 'not_found',
    says: /list_threads/,
  },
  {
    what: 'an unknown thread to wait for',
    tool: 'wait_threads',
    args: { thread_ids: ['thread-xyz-789'] },
    code: 'not_found',
    says: /list_threads/,
  },
  ...[
    '../../etc/passwd',
    'thread-../../x',
    '/etc/passwd',
    'thread-abc/../def',
    'thread-abc\0',
    '',
    'THREAD-ABC',
  ].flatMap(id =>
    (['get_thread', 'read_thread', 'cancel_thread', 'resume_thread'] as const).map(tool => ({
      what: `the thread id ${JSON.stringify(id)}`,
      tool,
      args: { thread_id: id, ...(tool === 'resume_thread' ? { additional_prompt: 'Go.' } : {}) },
      says: /Expected a thread id/,
    })),
  ),
  {
    what: 'an empty prompt',
    tool: 'resume_thread',
    args: { thread_id: known, additional_prompt: '' },
    says: /empty text/,
  },
  {
    what: 'a prompt with NUL',
    tool: 'resume_thread',
    args: { thread_id: known, additional_prompt: '\0' },
    says: /NUL/,
  },
  {
    what: 'a number as cursor',
    tool: 'wait_threads',
    args: { thread_ids: [known], cursor: 5 },
    says: /cursor/,
  },
  {
    what: 'a cursor of nobody',
    tool: 'wait_threads',
    args: { thread_ids: [known], cursor: '!!' },
    says: /cursor/,
  },
  {
    what: 'a wait of more than a day',
    tool: 'wait_threads',
    args: { thread_ids: [known], timeout_s: 24 * 3600 + 1 },
    says: /timeout_s/,
  },
  { what: 'no threads to wait for', tool: 'wait_threads', args: { thread_ids: [] }, says: /thread_ids/ },
  { what: 'a limit of 0', tool: 'list_threads', args: { limit: 0 }, says: /limit/ },
  { what: 'an unknown state', tool: 'list_threads', args: { states: ['asleep'] }, says: /states/ },
  { what: 'arguments that are a list', tool: 'list_threads', args: [1], says: /list_threads/ },
  { what: 'arguments that are null', tool: 'get_thread', args: null, says: /thread_id/ },
];

for (const { what, tool = 'spawn_thread', args, code = 'invalid_arguments', says } of [
  ...spawns,
  ...others,
]) {
  test(`${tool} with ${what} is refused with ${code}`, async () => {
    const [first] = client.threads.keys();
    const own: unknown = JSON.parse(JSON.stringify(args).replace(known, first ?? ''));
    const full = tool === 'spawn_thread' ? { ...good, ...(own as object) } : own;
    const error = await client.call(tool as ToolName, full as never).then(
      () => assert.fail('it was taken'),
      (refused: unknown) => refused,
    );
    assert.ok(error instanceof DockError, String(error));
    const { message, hint } = error;
    assert.deepEqual([error.code, error.retryable], [code, false], message);
    assert.match(`${message}\n${hint ?? ''}`, says);
    assert.doesNotMatch(message, /ZodError|\bat .*\.ts/);
  });
}

test('after all of that nothing has changed on disk and the same host answers', async () => {
  assert.deepEqual(await contentOf(dock.workspace), content);
  assert.equal(await dock.hostPid(), pid);
  assert.equal((await client.status()).pid, pid);
  assert.equal((await client.call('list_threads', {})).total, 1);
});

test('a folder that becomes a link out of the workspace before the turn starts is refused at the start', async t => {
  const small = await makeDock(t, { models: dock.models, settings: { max_running: 1 } });
  const person = await small.connect();
  await mkdir(join(small.workspace, 'later'));
  const holder = await spawnThread(person, { provider: 'codex', prompt: script('gate link', 'say Held.') });
  const thread = await spawnThread(person, {
    provider: 'codex',
    prompt: script('say No.'),
    working_dir: 'later',
  });
  await rename(join(small.workspace, 'later'), join(small.workspace, 'moved'));
  await symlink('/etc', join(small.workspace, 'later'));
  dock.models.gates.open('link');
  await atRest(person, holder);
  const failed = await atRest(person, thread);
  assert.deepEqual([failed.state, failed.error?.code], ['failed', 'invalid_arguments']);
  assert.match(failed.error?.message ?? '', /outside/);
});
