import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CliRequests } from '../../src/providers/claudeCode/cliRequests.ts';
import { findTexts } from '../../src/providers/claudeCode/findTexts.ts';
import { permissionDiff } from '../../src/providers/claudeCode/permissionDiff.ts';
import { permissionRequest } from '../../src/providers/claudeCode/permissionRequest.ts';
import { permissionRule } from '../../src/providers/claudeCode/permissionRule.ts';
import { Steering } from '../../src/providers/claudeCode/steering.ts';
import { noLimit, recordingSink } from './harness.ts';

async function makeWorkspace(t: TestContext): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'dock-parts-')));
  t.after(() => rm(root, { recursive: true, force: true }));
  const workspace = join(root, 'workspace');
  await mkdir(workspace);
  return workspace;
}

test('claude_code parts: a rule covers one command, one address, or the plain files of the workspace', async t => {
  const workspace = await makeWorkspace(t);
  await symlink('..', join(workspace, 'up'));
  const rule = (tool: string, input: object) => permissionRule(tool, input, workspace);
  const write = (...path: string[]) => rule('Write', { file_path: join(workspace, ...path), content: '' });
  assert.deepEqual(await write('new', 'folder', 'a.ts'), { tool: 'Write' });
  for (const path of [['.git', 'hooks', 'pre-commit'], ['.env'], ['..', 'a.ts'], ['up', 'a.ts']]) {
    const subject = join(workspace, ...path);
    assert.deepEqual(await write(...path), { tool: 'Write', subject }, subject);
  }
  assert.deepEqual(await rule('Bash', { command: 'make test', description: 'x' }), {
    tool: 'Bash',
    subject: 'make test',
  });
  assert.equal(await rule('Bash', { command: 'make', dangerouslyDisableSandbox: true }), undefined);
  assert.deepEqual(await rule('WebFetch', { url: 'https://example.com/', prompt: 'sum it up' }), {
    tool: 'WebFetch',
    subject: 'https://example.com/',
  });
  assert.deepEqual(await rule('NotebookEdit', { notebook_path: join(workspace, 'a.ipynb') }), {
    tool: 'NotebookEdit',
  });
  assert.equal(await rule('Agent', { prompt: 'look around' }), undefined);
});

test('claude_code parts: what the model says of a call stands below it, and what else the call holds by its name', async t => {
  const workspace = await makeWorkspace(t);
  const detail = async (tool: string, input: object) =>
    (await permissionRequest(tool, input, workspace)).detail;
  assert.equal(
    await detail('Bash', { command: 'make\nmake test', description: ' Builds\nit ' }),
    'make\nmake test\n(Builds it)',
  );
  assert.equal(
    await detail('Bash', { command: 'make', timeout: 5000, description: 'Builds', run_in_background: true }),
    'make\n(Builds)\n\ntimeout: 5000\nrun_in_background: true',
  );
  assert.equal(await detail('Bash', { command: 'make', description: '' }), 'make\n\ndescription: ');
  assert.equal(
    await detail('Agent', { description: 'Look', prompt: 'All of it.' }),
    'Look\n\nprompt: All of it.',
  );
  assert.equal(await detail('Odd', { a: 1, description: 7 }), '{"a":1,"description":7}');
});

test('claude_code parts: a diff is of the file as it stands', async t => {
  const workspace = await makeWorkspace(t);
  const file_path = join(workspace, 'a.txt');
  await writeFile(file_path, 'one $& \r\ntwo\r\none $& \r\n');
  const edit = (input: object) => permissionDiff('Edit', { file_path, ...input }, workspace);
  const lines = async (input: object) =>
    (await edit(input))?.split('\n').filter(line => /^[-+][^-+]/.test(line));
  assert.deepEqual(await lines({ old_string: 'two', new_string: '$&' }), ['-two', '+$&']);
  assert.deepEqual(await lines({ old_string: 'one $& ', new_string: '1', replace_all: true }), [
    '-one $& ',
    '+1',
    '-one $& ',
    '+1',
  ]);
  assert.deepEqual(await lines({ old_string: 'not there', new_string: 'x' }), ['-not there', '+x']);
  assert.equal(await edit({ old_string: 'two' }), undefined);
  const unreadable = { file_path: workspace, content: 'x' };
  assert.equal(await permissionDiff('Write', unreadable, workspace), undefined);
  assert.equal(await permissionDiff('Bash', { command: 'ls' }, workspace), undefined);
});

test('claude_code parts: a diff of a notebook is of the cell', async t => {
  const workspace = await makeWorkspace(t);
  const notebook_path = join(workspace, 'a.ipynb');
  const cells = [
    { id: 'c1', source: ['a\n', 'b'] },
    { id: 'c2', source: 'x' },
  ];
  await writeFile(notebook_path, JSON.stringify({ cells }));
  const lines = async (input: object) => {
    const diff = await permissionDiff('NotebookEdit', { notebook_path, ...input }, workspace);
    return diff?.split('\n').filter(line => /^[-+][^-+]/.test(line));
  };
  assert.deepEqual(await lines({ cell_id: 'c1', new_source: 'a\nc' }), ['-b', '+c']);
  assert.deepEqual(await lines({ cell_id: 'c2', new_source: '', edit_mode: 'delete' }), ['-x']);
  assert.deepEqual(await lines({ cell_id: 'c2', new_source: 'y', edit_mode: 'insert' }), ['+y']);
});

test('claude_code parts: a request the CLI takes back gets no answer', async () => {
  const asked = Promise.withResolvers<void>();
  const { sink, permissions } = recordingSink({
    permission: (_request, signal) => {
      if (permissions.length === 2) asked.resolve();
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('withdrawn')));
      });
    },
  });
  const requests = new CliRequests({ mode: 'ask', workspace: '/nowhere', sink });
  const ask = (request_id: string) =>
    requests.answer({
      type: 'control_request',
      request_id,
      request: { subtype: 'can_use_tool', tool_name: 'Bash', input: { command: request_id } },
    });
  const [one, two] = [ask('one'), ask('two')];
  await asked.promise;
  requests.withdraw('one');
  assert.equal(await one, undefined);
  assert.ok(requests.isWaiting);
  requests.close();
  assert.equal(await two, undefined);
  assert.equal(await ask('three'), undefined);
  assert.ok(!requests.isWaiting);
  assert.equal(permissions.length, 2);
});

test('claude_code parts: what the turn ended before it was repeated may have arrived', async () => {
  const steering = new Steering();
  const sent: object[] = [];
  const send = async (message: object) => sent.push(message) > 0;
  const message = { text: 'a', messageId: 'u1' };
  const taken = steering.bring(message, send, () => undefined);
  assert.equal(steering.delivered('u1'), 'a');
  await taken;
  const lost = steering.bring({ text: 'b', messageId: 'u2' }, send, () => undefined);
  steering.close();
  await assert.rejects(lost, { code: 'unknown' });
  await assert.rejects(
    steering.bring(
      { text: 'c', messageId: undefined },
      async () => false,
      () => undefined,
    ),
    { code: 'conflict' },
  );
  assert.equal(sent.length, 2);
});

test('claude_code parts: a transcript tells what reached the model, not what was waiting or said by it', async t => {
  const file = join(await makeWorkspace(t), 'session.jsonl');
  const user = (content: unknown) => ({ type: 'user', message: { role: 'user', content } });
  const lines = [
    { type: 'queue-operation', operation: 'enqueue', content: 'msg-waiting' },
    user('msg-prompt "quoted"'),
    user([{ type: 'tool_result', content: [{ type: 'text', text: 'done\nmsg-reply' }] }]),
    { type: 'attachment', attachment: { type: 'queued_command', prompt: 'msg-steered' } },
    { type: 'assistant', message: { content: [{ type: 'text', text: 'msg-said' }] } },
  ].map(line => JSON.stringify(line));
  const torn = JSON.stringify(user('msg-torn')).slice(0, -1);
  await writeFile(file, [...lines, torn].join('\n'));
  const texts = ['waiting', 'prompt', 'reply', 'steered', 'said', 'torn', 'absent'].map(
    name => `msg-${name}`,
  );
  const found = await findTexts(file, [...texts, 'prompt "quoted"'], noLimit);
  assert.deepEqual([...found].sort(), ['msg-prompt', 'msg-reply', 'msg-steered', 'prompt "quoted"']);
  await assert.rejects(findTexts(`${file}.gone`, texts, noLimit), { code: 'ENOENT' });
  await assert.rejects(findTexts(file, texts, AbortSignal.abort()), { name: 'AbortError' });
});
