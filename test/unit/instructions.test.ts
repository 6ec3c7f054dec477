import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ProviderHealth } from '../../src/contracts/provider.ts';
import { composeInstructions, type InstructionsOptions } from '../../src/host/instructions.ts';
import { makeThread } from '../core/makeThread.ts';
import { temporaryFolder } from '../store/temporaryFolder.ts';

const windows = process.platform === 'win32' && 'Windows has no such files';
const master = makeThread({ id: 'thread-boss', role: 'master', task_name: 'the goal' });
const worker = makeThread({ id: 'thread-one', parent_id: 'thread-boss', task_name: 'a page' });

const health = async (): Promise<readonly ProviderHealth[]> => [
  { provider: 'codex', installed: true, signed_in: 'yes', status: 'healthy', message: 'Fine.' },
  {
    provider: 'claude_code',
    installed: true,
    signed_in: 'no',
    status: 'degraded',
    message: 'Not signed in.',
  },
  { provider: 'opencode', installed: false, signed_in: 'unknown', status: 'offline', message: 'Missing.' },
];

async function makeWorkspace(t: TestContext, files: Readonly<Record<string, string | Uint8Array>> = {}) {
  const workspace = await temporaryFolder(t);
  const inDock = (name: string) => join(workspace, '.agentdock', name);
  await mkdir(inDock('skills'), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(inDock(name)), { recursive: true });
    await writeFile(inDock(name), text);
  }
  const compose = (options: Partial<InstructionsOptions> = {}) =>
    composeInstructions({
      workspace,
      thread: worker,
      permissionMeans: 'Edits ask.',
      hasTools: true,
      wake: 'each',
      health,
      ...options,
    });
  return { workspace, inDock, compose };
}

test('a master hears of its tools, the ready providers, the skills, agent.md and soul.md', async t => {
  const { compose } = await makeWorkspace(t, {
    'agent.md': 'Delegate tests.',
    'soul.md': 'Be brief.',
    'skills/code_review.py': '#!/usr/bin/env python3\n"""Reviews a diff."""\n',
    'skills/release/SKILL.md': '---\nname: release\ndescription: Makes a release.\n---\n',
    'skills/notes.txt': 'nothing',
  });
  const text = await compose({ thread: master });
  assert.match(text, /^You are the master thread thread-boss of AgentDock, working on "the goal"\./);
  assert.match(text, /spawn_thread, resume_thread/);
  assert.match(text, /ready when this turn began: codex; claude_code \(degraded: Not signed in\.\)\./);
  assert.doesNotMatch(text, /opencode|notes\.txt/);
  assert.match(text, /- \.agentdock\/skills\/code_review\.py: Reviews a diff\./);
  assert.match(text, /- \.agentdock\/skills\/release\/SKILL\.md: Makes a release\./);
  assert.match(text, /Delegate tests\.\n\nBe brief\.$/);
});

test('a worker hears of its task, its rights, its own tools and soul.md, and of nothing a master does', async t => {
  const { compose } = await makeWorkspace(t, { 'agent.md': 'Delegate tests.', 'soul.md': 'Be brief.' });
  const text = await compose({ health: () => Promise.reject(new Error('not asked')) });
  assert.match(text, /worker thread thread-one of AgentDock, working on "a page"\. .*by thread thread-boss/);
  assert.match(text, /Your permission mode is ask\. Edits ask\./);
  assert.match(text, /call report once/);
  assert.match(text, /call ask/);
  assert.match(text, /nothing comes to you by itself: wait for them there, with `manage_threads\.sh wait`/);
  assert.match(text, /they wait for the slot of your own turn, end it\./);
  assert.match(text, /Be brief\.$/);
  assert.doesNotMatch(text, /spawn_thread|Delegate tests|Providers/);
});

test('a master is told how news reach it with the setting that wakes it, and a worker of none', async t => {
  const { compose } = await makeWorkspace(t);
  assert.match(await compose({ thread: master }), /come to you by themselves.* end your turn\./);
  const allDone = await compose({ thread: master, wake: 'all_done' });
  assert.match(allDone, /once none of your threads is active.*while others still work, call wait_threads/);
  const never = await compose({ thread: master, wake: 'never' });
  assert.match(never, /only the person calls you back.*call wait_threads until/);
  assert.doesNotMatch(never, /by themselves|end your turn\b/);
  assert.equal(await compose({ wake: 'never' }), await compose());
});

test('who has the report tool is told one way to end, and who has not the other', async t => {
  const { compose } = await makeWorkspace(t);
  for (const thread of [worker, master]) {
    const text = await compose({ thread });
    assert.match(text, /call report once: .* Your last message repeats it in a sentence or two\./);
    assert.equal(text.match(/last message/gi)?.length, 1);
    assert.match(await compose({ thread, hasTools: false }), /Your last message is (?:your report|what)/);
  }
});

test('who has no tools hears of none', async t => {
  const { compose } = await makeWorkspace(t);
  for (const thread of [worker, master]) {
    const text = await compose({ thread, hasTools: false });
    assert.doesNotMatch(text, /report once|\bask\b.*answer is your next|MCP|list_providers|_thread\b/);
    assert.match(text, /your last message/i);
  }
});

test('a turn after one that broke off is told so', async t => {
  const { compose } = await makeWorkspace(t);
  const thread = makeThread({ id: 'thread-one', last_outcome: 'interrupted' });
  assert.match(await compose({ thread }), /Your previous turn was interrupted before it was complete/);
});

test('while nothing is known of the providers, the tool that knows is named', async t => {
  const { compose } = await makeWorkspace(t);
  assert.match(await compose({ thread: master, health: async () => undefined }), /list_providers says which/);
  assert.match(await compose({ thread: master, health: async () => [] }), /No agent CLI was ready/);
});

test('what is too long is cut, in whole characters, and says where the rest is', async t => {
  const skills = Array.from(
    { length: 60 },
    (_, at) => [`skills/s${at}.sh`, `# ${'x'.repeat(3000)}`] as const,
  );
  const { compose } = await makeWorkspace(t, {
    'agent.md': `a${'ü'.repeat(1_000_000)}`,
    'soul.md': 'b'.repeat(16_000),
    ...Object.fromEntries(skills),
  });
  const text = await compose({ thread: master });
  assert.ok(text.length < 50_000, String(text.length));
  assert.match(text, /aü+\n\n\(This is cut: \.agentdock\/agent\.md goes on\.\)/);
  assert.doesNotMatch(text, /soul\.md goes on|\uFFFD/);
  assert.equal(text.match(/^- \.agentdock\/skills\//gm)?.length, 40);
});

test('what is no text, no file or not of this workspace changes nothing', { skip: windows }, async t => {
  const { compose, inDock } = await makeWorkspace(t);
  const plain = await compose({ thread: master });
  const outside = await makeWorkspace(t, { 'soul.md': 'Of another folder.', 'skills/x.sh': '# Foreign.' });
  await writeFile(inDock('soul.md'), Uint8Array.of(0x66, 0xff, 0xfe));
  await writeFile(inDock('agent.md'), 'a\0b');
  await writeFile(inDock('skills/binary.sh'), Uint8Array.of(0x23, 0x20, 0xff));
  await writeFile(inDock('skills/with\nline.sh'), '# Two lines.');
  await symlink(outside.inDock('skills/x.sh'), inDock('skills/x.sh'));
  await symlink('/dev/zero', inDock('skills/endless.sh'));
  await symlink(inDock('skills'), inDock('skills/loop'));
  execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', inDock('skills/pipe.sh')]);
  await mkdir(inDock('skills/empty'));
  assert.equal(await compose({ thread: master }), plain);

  const other = await makeWorkspace(t);
  await symlink(outside.inDock('soul.md'), other.inDock('soul.md'));
  await symlink('/dev/zero', other.inDock('agent.md'));
  assert.equal(await other.compose({ thread: master }), plain);
});
