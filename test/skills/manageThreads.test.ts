import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { initWorkspace } from '../../src/client/initWorkspace.ts';
import type { ToolReply } from '../../src/contracts/tools.ts';
import { asked } from '../core/changes.ts';
import { temporaryFolder } from '../store/temporaryFolder.ts';
import { errorIn, makeDropHarness, threadIn } from '../tools/dropFolder/dropHarness.ts';
import { end, prepare } from '../tools/toolHarness.ts';

const shells = ['sh', 'dash', 'bash'].filter(shell => spawnSync(shell, ['-c', ':']).status === 0);
const noShells = shells.length === 0 && 'there is no POSIX shell here';

interface Run {
  readonly code: number | null;
  readonly stderr: string;
  readonly reply: ToolReply;
}

interface Options {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the script as an agent would, from its own folder. */
async function manage(
  shell: string,
  workspace: string,
  args: readonly string[],
  options: Options = {},
): Promise<Run> {
  return outcomeOf(startManaging(shell, workspace, args, options));
}

function startManaging(shell: string, workspace: string, args: readonly string[], options: Options = {}) {
  const script = join(workspace, '.agentdock', 'skills', 'manage_threads.sh');
  const env = { PATH: '/usr/bin:/bin', AGENTDOCK_SKILL_WAIT: '30', ...options.env };
  const child = spawn(shell, [script, ...args], { cwd: '/', env });
  // Who needs no input may be gone before it comes.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  return child;
}

async function outcomeOf(child: ReturnType<typeof startManaging>): Promise<Run> {
  const [code, stdout, stderr] = await Promise.all([
    new Promise<number | null>(resolve => child.once('close', resolve)),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stderr, reply: JSON.parse(stdout || '{"ok":false,"error":{}}') as ToolReply };
}

for (const shell of shells) {
  test(`${shell}: every command goes over the drop folder where there is no agentdock command`, async t => {
    const { serveKnown, workspace, files } = await makeDropHarness(t);
    await initWorkspace(workspace);
    const { store } = await serveKnown();
    const run = (...args: readonly string[]) => manage(shell, workspace, args);
    const prompt = 'Line "one" \\ two\n\ttab é \u{1f600} $HOME `x` %s\n\n';
    const spawned = await manage(shell, workspace, ['spawn', 'codex', '-', '--mode', 'read_only'], {
      input: prompt,
    });
    assert.equal(spawned.code, 0, spawned.stderr);
    const id = threadIn(spawned.reply);
    const thread = store.get(id);
    assert.deepEqual(
      [thread?.queue[0]?.prompt, thread?.permission_mode, thread?.provider],
      [{ text: prompt }, 'read_only', 'codex'],
    );
    const listed = await run('list', 'queued');
    assert.partialDeepStrictEqual(listed.reply, { ok: true, result: { total: 1 } });
    assert.equal((await run('resume', id, 'More.')).code, 0);
    assert.equal((await run('send', id, 'Hello.', '--now', '--key', 'k')).code, 0);
    assert.deepEqual(
      [store.get(id)?.queue.length, store.get(id)?.inbox.map(({ when }) => when)],
      [2, ['now']],
    );
    assert.partialDeepStrictEqual((await run('show', id)).reply, {
      ok: true,
      result: { thread: { queued_turns: 2 } },
    });

    const named = threadIn(
      (await run('spawn', 'opencode', 'Go.', '--name', 'A "name"', '--key', 'one')).reply,
    );
    assert.equal(store.get(named)?.task_name, 'A "name"');
    assert.equal(
      threadIn((await run('spawn', 'opencode', 'Go.', '--name', 'A "name"', '--key', 'one')).reply),
      named,
    );
    const waiting = run('wait', named);
    await prepare(store, { id: named, turn: store.get(named)?.queue[0]?.id ?? '' });
    await end(store, { id: named, turn: store.get(named)?.turn?.id ?? '' });
    assert.partialDeepStrictEqual((await waiting).reply, { ok: true, result: { timed_out: false } });
    assert.equal((await run('read', named)).code, 0);
    assert.partialDeepStrictEqual((await run('read', named, '7')).reply, { ok: true, result: { cursor: 7 } });

    assert.equal((await run('cancel', id)).code, 0);
    assert.equal(store.get(id)?.state, 'cancelled');
    const again = await run('cancel', id);
    assert.deepEqual([again.code, errorIn(again.reply)], [1, 'conflict']);
    assert.deepEqual(await files(), [], 'nothing is left of all that');
  });
}

for (const shell of shells) {
  test(`${shell}: a wait goes on past what its thread asks, and ends where that waits for a slot`, async t => {
    const { serveKnown, workspace } = await makeDropHarness(t);
    await initWorkspace(workspace);
    const { store } = await serveKnown();
    const spawned = await manage(shell, workspace, ['spawn', 'codex', 'Go.']);
    const id = threadIn(spawned.reply);
    const turn_id = store.get(id)?.queue[0]?.id ?? '';

    const { setTimeout: real } = globalThis;
    // Its time passes at once; all others go as ever.
    const timers = t.mock.method(globalThis, 'setTimeout', (work: () => void, ms?: number) =>
      real(work, ms === 45_000 ? 0 : ms),
    );
    const { code, reply } = await manage(shell, workspace, ['wait', id]);
    timers.mock.restore();
    assert.equal(code, 3);
    assert.partialDeepStrictEqual(reply, { ok: true, result: { no_slot: true, queued: [id] } });

    await prepare(store, { id, turn: turn_id });
    const child = startManaging(shell, workspace, ['wait', id]);
    await store.commit([{ thread: id, change: asked(turn_id) }]);
    const [said] = await once(child.stderr, 'data');
    assert.equal(String(said), `${id} waits for an answer (see: show ${id})\n`);
    await end(store, { id, turn: turn_id });
    assert.equal((await outcomeOf(child)).code, 0);
  });
}

for (const shell of shells) {
  test(`${shell}: a text with a NUL, which a shell would lose, is refused and nothing is asked for`, async t => {
    const workspace = await temporaryFolder(t);
    await initWorkspace(workspace);
    const { code, reply } = await manage(shell, workspace, ['spawn', 'codex', '-'], { input: 'a\0b é\n' });
    assert.equal(code, 1);
    assert.ok(!reply.ok);
    assert.deepEqual([reply.error.code, reply.error.retryable], ['invalid_arguments', false]);
    assert.match(reply.error.message, /without NUL/);
    assert.deepEqual(await readdir(join(workspace, '.agentdock', 'requests')), ['.gitignore']);
  });
}

test('where nobody listens the request is taken back and the reason said', { skip: noShells }, async t => {
  const workspace = await temporaryFolder(t);
  await initWorkspace(workspace);
  const { code, reply } = await manage('sh', workspace, ['list'], { env: { AGENTDOCK_SKILL_WAIT: '0' } });
  assert.deepEqual([code, errorIn(reply)], [1, 'timeout']);
  assert.match(reply.ok ? '' : reply.error.message, /VS Code window or an AgentDock host/);
  assert.deepEqual(await readdir(join(workspace, '.agentdock', 'requests')), ['.gitignore']);
});

test('bad usage ends with 2 and prints how it is used', { skip: noShells }, async t => {
  const workspace = await temporaryFolder(t);
  await initWorkspace(workspace);
  for (const args of [
    [],
    ['nope'],
    ['spawn', 'codex'],
    ['wait'],
    ['spawn', 'codex', 'x', '--nope', 'y'],
    ['resume', 't', 'x', '--now'],
  ]) {
    const { code, stderr } = await manage('sh', workspace, args);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, /^Usage: manage_threads\.sh COMMAND/);
  }
});

test('an agentdock command that works is used, and one that does not is not asked twice', {
  skip: noShells,
}, async t => {
  const { serveKnown, workspace } = await makeDropHarness(t);
  await initWorkspace(workspace);
  const { store } = await serveKnown();
  const bin = join(workspace, 'bin');
  await mkdir(bin);
  const command = async (body: string) => {
    await writeFile(join(bin, 'agentdock'), `#!/bin/sh\n${body}\n`);
    await chmod(join(bin, 'agentdock'), 0o755);
  };
  const env = { PATH: `${bin}:/usr/bin:/bin` };
  await command(
    `[ "$1" = call ] && cat > '${workspace}/asked' && echo '{"ok":true,"result":"by command"}'; exit 0`,
  );
  const used = await manage('sh', workspace, ['list', 'queued'], { env });
  assert.deepEqual(used.reply, { ok: true, result: 'by command' });
  await command(`echo >> '${workspace}/tries'; exit 1`);
  const dropped = await manage('sh', workspace, ['spawn', 'codex', 'Go.'], { env });
  assert.equal(store.threads().size, 1, dropped.stderr);
  assert.deepEqual(
    [await readFile(join(workspace, 'asked'), 'utf8'), await readFile(join(workspace, 'tries'), 'utf8')],
    ['{"tool":"list_threads","args":{"states":["queued"]}}', '\n'],
  );
});

test('init writes both skills as programs and touches none that is there', async t => {
  const workspace = await temporaryFolder(t);
  const skills = join(workspace, '.agentdock', 'skills');
  await mkdir(skills, { recursive: true });
  await writeFile(join(skills, 'code_review.py'), 'mine');
  const { created } = await initWorkspace(workspace);
  assert.deepEqual(created, [
    '.agentdock/agent.md',
    '.agentdock/soul.md',
    '.agentdock/requests/.gitignore',
    '.agentdock/skills/manage_threads.sh',
  ]);
  assert.equal(await readFile(join(skills, 'code_review.py'), 'utf8'), 'mine');
  assert.equal((await stat(join(skills, 'manage_threads.sh'))).mode & 0o111, 0o111);
  assert.deepEqual((await initWorkspace(workspace)).created, []);
});
