import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { waitFor } from '../support/waitFor.ts';
import { cliScript } from './dockCli.ts';
import { type Dock, makeDock, wholeFile } from './harness.ts';
import { commandLineOf, isGone } from './processes.ts';
import { atRest, endedTurns, historyOf, inState, providers, script, spawnThread } from './turns.ts';

const file = wholeFile();
let dock: Dock;
before(async () => {
  dock = await makeDock(file);
});

test('host and tools outlive a SIGKILL of the process group that started them, and the transcript has no gap', async () => {
  // A program that starts the host and follows a thread, as the extension host does.
  const starter = spawn(
    process.execPath,
    [cliScript, 'spawn', 'command', '--wait', 'echo started; sleep 600'],
    {
      cwd: dock.workspace,
      env: dock.env,
      detached: true,
      stdio: 'ignore',
    },
  );
  const started = await waitFor('the host', () => dock.hostPid().catch(() => undefined));
  const client = await dock.connect({ start: false });
  const readPid = (name: string) => readFile(join(dock.workspace, name), 'utf8').then(Number, () => 0);
  const threads: { readonly id: ThreadId; readonly pidFile: string; readonly pid: number }[] = [];
  for (const provider of providers) {
    const pidFile = `pid-${provider}.txt`;
    const shell = `echo $$ > ${pidFile}; until test -e go-on; do sleep 0.05; done; echo tool-went-on`;
    // Codex lets its model go on while the command runs: the gate then holds the turn.
    const prompt = script('say Before.', `shell ${shell}`, 'gate tool-went-on', 'say After.');
    const id = await spawnThread(client, { provider, prompt });
    const pid = await waitFor(pidFile, () => readPid(pidFile));
    threads.push({ id, pidFile, pid });
  }
  const seen = await Promise.all(threads.map(({ id }) => historyOf(client, id)));
  assert.ok(starter.pid);
  process.kill(-starter.pid, 'SIGKILL');
  await once(starter, 'exit');
  client.dispose();

  const again = await dock.connect({ start: false });
  assert.equal((await again.status()).pid, started);
  assert.deepEqual(
    await Promise.all(threads.map(({ pid }) => isGone(pid))),
    threads.map(() => false),
  );
  await spawnThread(again, { provider: 'command', prompt: 'touch go-on' });
  for (const { id } of threads) {
    await waitFor('the end of the tool', async () =>
      JSON.stringify(await historyOf(again, id)).includes('tool-went-on'),
    );
  }
  dock.models.gates.open('tool-went-on');
  for (const [index, { id, pidFile, pid }] of threads.entries()) {
    const done = await atRest(again, id);
    assert.equal(done.result, 'After.', JSON.stringify(done.error));
    assert.equal(await readPid(pidFile), pid);
    const events = await historyOf(again, id);
    assert.deepEqual(events.slice(0, seen[index]?.length), seen[index]);
    assert.ok(JSON.stringify(events).includes('tool-went-on'));
    assert.equal(endedTurns(events).length, 1);
  }
});

test('a program in a pty is a thread: its output, its exit code, its keys, its end by a cancel', async () => {
  const client = await dock.connect();
  const command = (prompt: string) => spawnThread(client, { provider: 'command', prompt });
  const good = await atRest(client, await command('echo out; exit 0'));
  assert.deepEqual([good.state, good.result?.trim()], ['completed', 'out']);
  const bad = await atRest(client, await command('echo oops; exit 3'));
  assert.deepEqual([bad.state, bad.error?.message.includes('3')], ['failed', true]);

  const reader = await command('read line; echo "got $line"');
  await inState(client, reader, 'running');
  client.write(reader, 'typed\r');
  assert.match((await atRest(client, reader)).result ?? '', /got typed/);

  const endless = await command('setsid sleep 601 & sleep 600');
  await waitFor('both', async () => {
    const lines = (await dock.processesWithMark(endless)).map(commandLineOf);
    return lines.includes('sleep 600') && lines.includes('sleep 601');
  });
  await client.call('cancel_thread', { thread_id: endless });
  assert.deepEqual(await dock.processesWithMark(endless), []);
  await client.call('resume_thread', { thread_id: endless, additional_prompt: 'echo again' });
  assert.equal((await atRest(client, endless)).result?.trim(), 'again');
});

test('a host without work and clients ends itself, and not before', async t => {
  const settings = { idle_minutes: 0.05 };
  const short = await makeDock(t, { models: dock.models, settings });
  const client = await short.connect();
  const pid = await short.hostPid();
  const thread = await spawnThread(client, {
    provider: 'codex',
    prompt: script('gate idle-end', 'say Late.'),
  });
  await dock.models.gates.arrival('idle-end');
  client.dispose();
  // One that began to be idle later, and has nothing to do.
  const idle = await makeDock(t, { models: dock.models, settings });
  await idle.startHost();
  await waitFor('the idle host to end itself', async () => (await idle.hostPids()).length === 0);
  assert.equal(await isGone(pid), false, 'a running turn keeps it');
  dock.models.gates.open('idle-end');
  await waitFor('the host to end itself', () => isGone(pid));
  const run = await short.cli(['read', '--result', thread]);
  assert.equal(run.stdout, 'Late.\n');
});

test('a signal to the host interrupts what runs, in the journal, and leaves no process', async t => {
  const own = await makeDock(t, { models: dock.models });
  const client = await own.connect();
  const thread = await spawnThread(client, {
    provider: 'claude_code',
    prompt: script('shell sleep 600', 'say No.'),
  });
  await waitFor('the tool', async () =>
    (await own.processesWithMark(thread)).some(pid => commandLineOf(pid) === 'sleep 600'),
  );
  client.dispose();
  await own.killHost('SIGTERM');
  assert.deepEqual(await own.processes(), []);
  const shown = await own.cli(['show', thread, '--json']);
  assert.partialDeepStrictEqual(shown.json(), {
    result: { thread: { state: 'interrupted', turns_ended: 1 } },
  });
});
