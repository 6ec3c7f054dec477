import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import type { Report, Totals } from '../../src/contracts/report.ts';
import { claimOf, doubtsOf, seenFor } from '../../src/core/doubts.ts';
import { beginReceipt } from '../../src/host/turnReceipt.ts';

const run = promisify(execFile);

async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dock-receipt-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function beginRepository(folder: string) {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
  const git = async (...args: string[]) => void (await run('git', [...identity, ...args], { cwd: folder }));
  const write = async (name: string, text: string) => writeFile(join(folder, name), text);
  await git('init', '-q');
  return { git, write };
}

async function makeRepository(t: TestContext) {
  const folder = await makeFolder(t);
  const { git, write } = await beginRepository(folder);
  await mkdir(join(folder, 'src'));
  await write('src/kept.ts', 'one');
  await write('src/dirty.ts', 'one');
  await git('add', '.');
  await git('commit', '-q', '-m', 'first');
  await write('src/dirty.ts', 'changed before');
  return { folder, git, write };
}

const claim = (more: Partial<Report> = {}): Report => ({
  kind: 'result',
  turn_id: 't',
  at: '2026-01-01T00:00:00.000Z',
  summary: { text: 'Done.' },
  outcome: 'done',
  files: [],
  checks: [],
  ...more,
});

test('a receipt holds the files that changed in the turn, however they changed', async t => {
  const { folder, git, write } = await makeRepository(t);
  const receipt = beginReceipt(folder);
  await receipt.ready;
  await write('new.ts', 'new');
  await write('src/dirty.ts', 'changed in the turn');
  await write('src/committed.ts', 'new');
  await git('add', 'src/committed.ts');
  await git('commit', '-q', '-m', 'second', '--', 'src/committed.ts');
  const { files } = await receipt.finish(undefined, 0);
  assert.deepEqual(files, ['new.ts', 'src/committed.ts', 'src/dirty.ts']);
});

test('files that were changed before the turn, and not in it, are no part of it', async t => {
  const { folder } = await makeRepository(t);
  const receipt = beginReceipt(folder);
  await receipt.ready;
  assert.deepEqual((await receipt.finish(undefined, 0)).files, []);
});

test('without git a receipt says nothing of files', async t => {
  const receipt = beginReceipt(await makeFolder(t));
  await receipt.ready;
  const { files, tool_calls, doubts } = await receipt.finish({ report: claim({ files: ['a.ts'] }) }, 0);
  assert.deepEqual([files, tool_calls], [undefined, 0]);
  assert.deepEqual(doubts, ['It reports work, and no tool was called.']);
});

test('a receipt of very many files names a thousand and counts the others', async t => {
  const { folder, write } = await makeRepository(t);
  const receipt = beginReceipt(folder);
  await receipt.ready;
  await Promise.all(
    Array.from({ length: 1_001 }, (_, index) => write(`${String(index).padStart(4, '0')}`, 'x')),
  );
  receipt.see({ type: 'tool.started', item: 'i', name: 'Bash', title: 'touch' });
  const { files, more_files, doubts } = await receipt.finish(
    { report: claim({ files: ['1000'], outcome: 'failed' }) },
    0,
  );
  assert.deepEqual([files?.length, more_files, doubts], [1_000, 1, []]);
});

test('calls of AgentDock’s own tools are no work', async t => {
  const receipt = beginReceipt(await makeFolder(t));
  const call = (name: string) => receipt.see({ type: 'tool.started', item: name, name, title: name });
  for (const name of ['Bash', 'mcp__agentdock__report', 'agentdock_w1_ask']) call(name);
  assert.equal((await receipt.finish(undefined, 0)).tool_calls, 1);
});

test('of .agentdock only AgentDock’s own state and the drop folder are no work', async t => {
  const { folder, write } = await makeRepository(t);
  const receipt = beginReceipt(folder);
  await receipt.ready;
  for (const place of ['state', 'requests', 'skills']) {
    await mkdir(join(folder, '.agentdock', place), { recursive: true });
    await write(`.agentdock/${place}/file`, 'x');
  }
  await write('.agentdock/agent.md', 'Do more.');
  const { files } = await receipt.finish(undefined, 0);
  assert.deepEqual(files, ['.agentdock/agent.md', '.agentdock/skills/file']);
});

test('a receipt holds the files of a first commit', async t => {
  const folder = await makeFolder(t);
  const { git, write } = await beginRepository(folder);
  const receipt = beginReceipt(folder);
  await receipt.ready;
  await write('first.ts', 'one');
  await git('add', '.');
  await git('commit', '-q', '-m', 'first');
  assert.deepEqual((await receipt.finish(undefined, 0)).files, ['first.ts']);
});

test('a file that git only thinks otherwise of did not change', async t => {
  const { folder, git, write } = await makeRepository(t);
  // As git-lfs does: without its filter the file is another one than git has.
  await write('large.bin', 'large');
  await git('config', 'filter.large.clean', 'tr l p');
  await write('.gitattributes', '*.bin filter=large\n');
  await git('add', '.');
  await git('commit', '-q', '-m', 'second');
  await utimes(join(folder, 'large.bin'), 1, 1);
  const receipt = beginReceipt(folder);
  await receipt.ready;
  await write('src/kept.ts', 'two');
  await git('status');
  assert.deepEqual((await receipt.finish(undefined, 0)).files, ['src/kept.ts']);
});

test('a claim and what was seen are compared', () => {
  const seen = { tool_calls: 3, files: ['src/settings/page.ts'] };
  assert.deepEqual(doubtsOf(claim({ files: ['./page.ts'] }), seen), []);
  assert.deepEqual(doubtsOf(claim({ files: ['/home/me/ws/src/settings/page.ts'] }), seen), []);
  assert.deepEqual(doubtsOf(claim({ files: ['page.ts', 'other.ts'] }), seen), [
    'Git sees no change in other.ts.',
  ]);
  assert.deepEqual(doubtsOf(claim({ files: ['page.ts'] }), { tool_calls: 1, files: [] }), [
    'It says that it changed files, and git sees no change.',
  ]);
  assert.deepEqual(
    doubtsOf(claim({ outcome: 'failed', checks: [{ name: 'test', passed: true }] }), { tool_calls: 0 }),
    ['It reports checks, and no tool was called.'],
  );
  assert.deepEqual(doubtsOf(claim({ kind: 'progress' }), { tool_calls: 0 }), []);
  assert.deepEqual(doubtsOf(undefined, { tool_calls: 0 }), []);
});

const fresh = { role: 'worker', turns_ended: 0, report: undefined, totals: undefined } as const;

test('only a report of the turn itself is held against its receipt', () => {
  const report = claim();
  assert.deepEqual(claimOf(fresh, { report }, 't', true), { report });
  assert.equal(claimOf(fresh, { report }, 'another', false), undefined);
  const earlier = { ...fresh, turns_ended: 1, report: claim({ turn_id: 's' }) };
  assert.deepEqual(claimOf(earlier, { report }, 't', false), { report });
});

test('who reports after turns without a report is held against all of them', () => {
  const doubts = (totals: Totals, report: Report, files: string[] | undefined = []) => {
    // It asked, and reports in the turn that brings the answer.
    const made = claimOf({ ...fresh, turns_ended: totals.turns, totals }, { report }, 't', false);
    return doubtsOf(made?.report, seenFor(made, { tool_calls: 0, files }));
  };
  const idle: Totals = { turns: 1, tool_calls: 0, duration_ms: 1, files: [] };
  const nothing = ['It says that it changed files, and git sees no change.'];
  assert.deepEqual(doubts(idle, claim()), ['It reports work, and no tool was called.']);
  assert.deepEqual(doubts({ ...idle, tool_calls: 1 }, claim()), []);
  assert.deepEqual(doubts({ ...idle, tool_calls: 1 }, claim({ files: ['a.ts'] })), nothing);
  const changed = { ...idle, tool_calls: 1, files: ['a.ts'] };
  assert.deepEqual(doubts(changed, claim({ files: ['a.ts', 'b.ts'] }), ['b.ts']), []);
  assert.deepEqual(doubts(changed, claim({ files: ['a.ts', 'b.ts'] })), ['Git sees no change in b.ts.']);
  // Not all files are known, or not all turns.
  assert.deepEqual(doubts({ ...changed, files_cut: true }, claim({ files: ['b.ts'] })), []);
  assert.deepEqual(doubts({ ...idle, unseen: true }, claim({ files: ['a.ts'] })), []);
  assert.equal(claimOf({ ...fresh, turns_ended: 1 }, { report: claim() }, 't', false), undefined);
});

test('a master is held against all its turns, unless a thread of its own may have done the work', () => {
  const report = claim();
  const totals: Totals = { turns: 1, tool_calls: 0, duration_ms: 1 };
  const master = { role: 'master', turns_ended: 1, report: claim({ turn_id: 's' }), totals } as const;
  assert.equal(claimOf(master, { report }, 't', true), undefined);
  assert.deepEqual(claimOf(master, { report }, 't', false), { report, earlier: totals });
  const first = { ...fresh, role: 'master' } as const;
  assert.deepEqual(claimOf(first, { report }, 't', false), { report, earlier: undefined });
});
