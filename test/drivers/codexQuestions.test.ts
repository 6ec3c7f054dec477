import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readQuestion } from '../../src/providers/codex/approvals.ts';
import { editRule } from '../../src/providers/codex/editRule.ts';
import type { FileChangeItem } from '../../src/providers/codex/items.ts';
import { unifiedDiff } from '../../src/providers/codex/unifiedDiff.ts';

function ask(method: string, params: object, changes: FileChangeItem['changes'] = []) {
  const changeOf = (id: string): FileChangeItem => ({
    id,
    type: 'fileChange',
    status: 'inProgress',
    changes: [...changes],
  });
  return readQuestion(method, params, { workspace: '/w', workingDir: '/w/sub', changeOf });
}

async function askPermission(...asked: Parameters<typeof ask>) {
  const question = await ask(...asked);
  assert.ok(question.kind === 'permission');
  return question;
}

async function makeWorkspace(t: TestContext): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'dock-edits-')));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('a command is asked in full, with one line of it, and the thread may be allowed exactly this command', async () => {
  const { request, answer } = await askPermission('item/commandExecution/requestApproval', {
    kind: 'command',
    command: "/bin/bash -c 'npm install\nnpm test'",
    cwd: '/w/sub',
    reason: 'it needs the network',
  });
  assert.deepEqual(request, {
    tool: 'exec_command',
    title: 'npm install npm test',
    detail: 'npm install\nnpm test\n(it needs the network)',
    rule: { tool: 'exec_command', subject: 'npm install\nnpm test' },
  });
  assert.deepEqual([answer(true), answer(false)], [{ decision: 'accept' }, { decision: 'decline' }]);
});

test('a command elsewhere, with more rights, or what is typed into one, says so and makes no rule', async () => {
  const shown = async (params: object) => {
    const { request } = await askPermission('item/commandExecution/requestApproval', {
      command: 'make',
      ...params,
    });
    return [request.detail, request.rule];
  };
  assert.deepEqual(await shown({ cwd: '/other' }), ['make\nin /other', undefined]);
  assert.deepEqual(await shown({ networkApprovalContext: { host: 'example.org' } }), [
    'make\na network connection to example.org',
    undefined,
  ]);
  assert.deepEqual(await shown({ kind: 'writeStdin' }), ['make\n(writeStdin)', undefined]);
  assert.deepEqual(await shown({ additionalPermissions: { network: { enabled: true } } }), [
    'make\nwith more rights: {"network":{"enabled":true}}',
    undefined,
  ]);
  assert.deepEqual(await shown({ command: null }), ['a command', undefined]);
});

test('a change of files is asked with its paths and as a diff', async () => {
  const { request } = await askPermission(
    'item/fileChange/requestApproval',
    { itemId: 'i', reason: 'because' },
    [
      {
        path: '/w/sub/a.txt',
        kind: { type: 'update', move_path: '/w/sub/b.txt' },
        diff: '@@ -1,2 +1,2 @@\n one\n-two\n+zwei\n\n\nMoved to: /w/sub/b.txt',
      },
      { path: '/w/new.txt', kind: { type: 'add' }, diff: 'n1\nn2\n' },
      { path: '/w/sub/gone.txt', kind: { type: 'delete' }, diff: 'bye' },
    ],
  );
  assert.deepEqual(request, {
    tool: 'apply_patch',
    title: 'a.txt → b.txt, /w/new.txt, gone.txt',
    detail: '/w/sub/a.txt → /w/sub/b.txt\n/w/new.txt\n/w/sub/gone.txt\n(because)',
    diff: [
      '--- a/a.txt',
      '+++ b/b.txt',
      '@@ -1,2 +1,2 @@',
      ' one',
      '-two',
      '+zwei',
      '--- /dev/null',
      '+++ b//w/new.txt',
      '@@ -0,0 +1,2 @@',
      '+n1',
      '+n2',
      '--- a/gone.txt',
      '+++ /dev/null',
      '@@ -1,1 +0,0 @@',
      '-bye',
      '\\ No newline at end of file',
      '',
    ].join('\n'),
    rule: { tool: 'apply_patch' },
  });
});

test('a change of nothing known, or a word for a whole folder, makes no rule', async () => {
  const unknown = await askPermission('item/fileChange/requestApproval', { itemId: 'i' });
  assert.deepEqual(unknown.request, { tool: 'apply_patch', title: 'a file', detail: 'a file' });
  const root = await askPermission('item/fileChange/requestApproval', { itemId: 'i', grantRoot: '/w' }, [
    { path: '/w/a', kind: { type: 'add' }, diff: '' },
  ]);
  assert.equal(root.request.detail, '/w/a\nall files below /w');
  assert.equal(root.request.rule, undefined);
});

test('an empty new file has no hunk', () => {
  const change = { path: 'a', kind: { type: 'add' }, diff: '' };
  assert.equal(
    unifiedDiff([change], path => path),
    '--- /dev/null\n+++ b/a\n',
  );
});

test('all edits may be allowed for the thread only where this one stays among the ordinary files of the workspace', async t => {
  const workspace = await makeWorkspace(t);
  const outside = await makeWorkspace(t);
  await mkdir(join(workspace, 'src'));
  await symlink(outside, join(workspace, 'out'));
  await symlink(join(outside, 'not-yet'), join(workspace, 'dangling'));
  const covered = async (...paths: string[]) =>
    (await editRule(
      paths.map(path => join(workspace, path)),
      workspace,
    )) !== undefined;
  assert.equal(await covered('src/new/deep.ts', '..data'), true);
  for (const path of [
    '../x',
    'out/x',
    'dangling',
    '.git/hooks/pre-commit',
    'src/.GIT/config',
    '.agentdock/agent.md',
    '.codex/config.toml',
    '.',
  ]) {
    assert.equal(await covered(path), false, path);
    assert.equal(await covered('src/a.ts', path), false, path);
  }
  assert.equal(await editRule([], workspace), undefined);
});

test('a form that wants values is refused at once, permissions are given for the turn only', async () => {
  const form = await ask('mcpServer/elicitation/request', {
    serverName: 'docs',
    message: 'Name?',
    requestedSchema: { properties: { name: {} } },
    _meta: null,
  });
  assert.ok(form.kind === 'refused');
  assert.match(form.notice, /docs.*Name\?/);
  assert.deepEqual(form.answer, { action: 'decline', content: null, _meta: null });
  const asked = { permissions: { network: { enabled: true } }, reason: 'to fetch' };
  const grant = await askPermission('item/permissions/requestApproval', asked);
  const rights = '{"network":{"enabled":true}}';
  assert.equal(grant.request.title, `until the turn ends: ${rights}`);
  assert.equal(grant.request.detail, `${rights}\nuntil the turn ends, for every command of it\n(to fetch)`);
  assert.equal(grant.request.rule, undefined);
  assert.deepEqual(grant.answer(true), { permissions: asked.permissions, scope: 'turn' });
  assert.deepEqual(grant.answer(false), { permissions: {}, scope: 'turn' });
  assert.deepEqual(await ask('somethingNew', {}), { kind: 'unknown' });
});

test('a call of the person’s MCP server is asked with its input, and the thread may be allowed exactly this call', async () => {
  const { request, answer } = await askPermission('mcpServer/elicitation/request', {
    serverName: 'docs',
    message: 'Allow find?',
    requestedSchema: { properties: {} },
    _meta: { tool_name: 'find', tool_params: { q: 1 } },
  });
  assert.deepEqual(request, {
    tool: 'docs.find',
    title: 'docs.find {"q":1}',
    detail: 'Allow find?\n{"q":1}',
    rule: { tool: 'docs.find', subject: '{"q":1}' },
  });
  assert.deepEqual(answer(true), { action: 'accept', content: null, _meta: null });
});

test('questions go with their options, and their answers under their ids; secrets go to nobody', async () => {
  const asked = await ask('item/tool/requestUserInput', {
    questions: [
      { id: 'db', header: 'DB', question: 'Which?', options: [{ label: 'pg', description: 'Postgres' }] },
      { id: 'name', header: '', question: 'What name?', options: null },
    ],
  });
  assert.ok(asked.kind === 'question');
  assert.deepEqual(asked.request.questions, [
    {
      question: 'Which?',
      header: 'DB',
      options: [{ label: 'pg', description: 'Postgres' }],
      multiple: false,
    },
    { question: 'What name?', options: [], multiple: false },
  ]);
  assert.deepEqual(asked.answer(['pg', 'dock']), {
    answers: { db: { answers: ['pg'] }, name: { answers: ['dock'] } },
  });
  const secret = await ask('item/tool/requestUserInput', {
    questions: [{ id: 'key', question: 'The API key?', isSecret: true }],
  });
  assert.ok(secret.kind === 'refused');
  assert.match(JSON.stringify(secret.answer), /"key":\{"answers":\["AgentDock does not pass on secrets/);
});
