import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import { isAlive } from '../../src/providers/process/processTable.ts';
import { waitFor } from '../support/waitFor.ts';
import { eventsOf, isRunning, makeCodexHarness, pidsOf, script, sessionOf } from './codexHarness.ts';

const options = { skip: process.platform === 'linux' ? false : 'looks for processes in /proc' };

for (const permissionMode of ['full', 'edit'] as const) {
  test(
    `${permissionMode}: interrupt takes the tool with its setsid child, and no other thread`,
    options,
    async t => {
      const { start, workspace } = await makeCodexHarness(t);
      const waiting = 'while [ ! -e go ]; do sleep 0.05; done; echo survived';
      const other = start(script(`shell ${waiting}`, 'report'));
      await waitFor('the other tool', () => eventsOf(other, 'tool.started').length > 0);
      const seconds = permissionMode === 'full' ? 7004 : 7005;
      const { turn, ...recorded } = start(
        script(
          `shell setsid sleep ${seconds}1 & (setsid sh -c 'sleep ${seconds}2' >/dev/null 2>&1 &); sleep ${seconds}3`,
          'say Never.',
        ),
        { permissionMode },
      );
      for (const last of [1, 2, 3]) await waitFor('the tool', () => isRunning(`sleep ${seconds}${last}`));
      await Promise.all([turn.interrupt(), turn.interrupt()]);

      const end = await turn.ended;
      assert.equal(end.outcome, 'interrupted');
      for (const last of [1, 2, 3]) assert.equal(await isRunning(`sleep ${seconds}${last}`), false);
      assert.ok(eventsOf(recorded, 'tool.ended').every(event => event.status !== 'completed'));
      await writeFile(join(workspace, 'go'), '');
      const survivor = await other.turn.ended;
      assert.equal(survivor.outcome, 'completed');
      assert.match(survivor.result ?? '', /survived/);
    },
  );
}

test('an interrupted session goes on, and the model knows of the interruption', options, async t => {
  const { start, run } = await makeCodexHarness(t);
  const first = start(script('remember pear', 'shell sleep 8000', 'say Never.'));
  await waitFor('the tool', () => eventsOf(first, 'tool.started').length > 0);
  await first.turn.interrupt();
  const second = await run(script('recall'), { session: sessionOf(first) });
  assert.match(second.end.result ?? '', /^earlier prompts: 1; tool calls: 1; .*words: pear$/);
});

test('an interrupt during the model’s answer ends it, and what it said is kept', async t => {
  const { start, models } = await makeCodexHarness(t);
  const { turn, ...recorded } = start(script('say The beginning.', 'gate never', 'say The end.'));
  await models.gates.arrival('never');
  await waitFor('the text', () => eventsOf(recorded, 'text').some(event => event.text.includes('beginning')));
  await turn.interrupt();
  assert.equal((await turn.ended).outcome, 'interrupted');
  await assert.rejects(turn.steer('too late'), { code: 'conflict' });
});

test('an interrupt while the model service is silent ends the turn', async t => {
  const { start, models } = await makeCodexHarness(t);
  const { turn } = start(script('silence'));
  await models.request(({ side }) => !side);
  await turn.interrupt();
  assert.equal((await turn.ended).outcome, 'interrupted');
});

test('an interrupt before the prompt has left sends nothing', async t => {
  const { start, models } = await makeCodexHarness(t);
  const { turn, ...recorded } = start('hello');
  await turn.interrupt();
  assert.equal((await turn.ended).outcome, 'interrupted');
  assert.deepEqual(models.requests(), []);
  assert.equal(recorded.calls.includes('turnStarted'), false);
});

for (const fact of ['processStarted', 'promptSending']) {
  test(`a server that hangs from ${fact} on does not hold up an interrupt`, options, async t => {
    const { start, run, driver } = await makeCodexHarness(t);
    const { turn, ...recorded } = start('hello', {
      onFact: name => {
        const [server] = recorded.processes;
        if (name === fact && server) process.kill(server.pid, 'SIGSTOP');
      },
    });
    await waitFor(fact, () => recorded.calls.includes(fact));
    await turn.interrupt();
    assert.equal((await turn.ended).outcome, 'interrupted');
    const [server] = recorded.processes;
    assert.ok(server);
    assert.equal(await isAlive(server), false);
    assert.equal((await run(script('say A new server.'))).end.result, 'A new server.');
    await driver.close();
  });
}

test(
  'a turn that meets a server that hangs can be interrupted at once, and close() ends both',
  options,
  async t => {
    const { start, run, driver } = await makeCodexHarness(t);
    const [server] = (await run('hello')).processes;
    assert.ok(server);
    process.kill(server.pid, 'SIGSTOP');
    const { turn, ...recorded } = start('hello');
    await turn.interrupt();
    assert.equal((await turn.ended).outcome, 'interrupted');
    assert.deepEqual(recorded.calls, []);
    await driver.close();
    assert.equal(await isAlive(server), false);
  },
);

test('an interrupt does not wait for the person’s MCP servers, and the server goes on', options, async t => {
  const { start, driver } = await makeCodexHarness(t, {
    config: url =>
      `model_provider = "s"\n[model_providers.s]\nname = "s"\nbase_url = "${url}/v1"\n[mcp_servers.slow]\ncommand = "sleep"\nargs = ["9400"]\nrequired = true\nstartup_timeout_sec = 600\n`,
  });
  const { turn, ...recorded } = start('hello');
  await waitFor('the MCP server', () => isRunning('sleep 9400'));
  await turn.interrupt();
  assert.equal((await turn.ended).outcome, 'interrupted');
  const [server] = recorded.processes;
  assert.ok(server);
  assert.equal(await isAlive(server), true);
  await driver.close();
  assert.equal(await isRunning('sleep 9400'), false);
});

test(
  'a session that was given up while it was being opened is resumed once it is closed again',
  options,
  async t => {
    const { start, run, home } = await makeCodexHarness(t);
    const first = await run(script('remember pear', 'say Yes.'));
    const file = join(home, '.codex', 'config.toml');
    const plain = await readFile(file, 'utf8');
    const slow =
      '[mcp_servers.slow]\ncommand = "sleep"\nargs = ["9402"]\nrequired = true\nstartup_timeout_sec = 600\n';
    await writeFile(file, `${plain}\n${slow}`);
    const second = start('hello', { session: sessionOf(first) });
    const pids = await waitFor('the MCP server', async () => {
      const found = await pidsOf('sleep 9402');
      return found.length > 0 && found;
    });
    await second.turn.interrupt();
    assert.equal((await second.turn.ended).outcome, 'interrupted');
    await writeFile(file, plain);
    const third = start(script('recall'), { session: sessionOf(first) });
    await waitFor('the third turn', () => third.processes.length > 0);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    assert.match((await third.turn.ended).result ?? '', /words: pear$/);
  },
);

test(
  'a server that does not answer the closing of a session is ended, and the turn keeps its result',
  options,
  async t => {
    const folder = await mkdtemp(join(tmpdir(), 'dock-mute-'));
    t.after(() => rm(folder, { recursive: true }));
    const mute = join(folder, 'codex');
    await writeFile(mute, `#!/bin/sh\n"$AGENTDOCK_CODEX_BIN" "$@" | sed -u '/"status":"unsubscribed"/d'\n`, {
      mode: 0o755,
    });
    const { run } = await makeCodexHarness(t, { binary: mute });
    const first = await run(script('say Kept.'));
    assert.deepEqual([first.end.outcome, first.end.result], ['completed', 'Kept.']);
    const [server] = first.processes;
    assert.ok(server);
    assert.equal(await isAlive(server), false);
  },
);

for (const fact of ['processStarted', 'sessionBound', 'promptSending', 'turnStarted']) {
  test(`a host that cancels at ${fact} gets an interrupted turn and no more facts`, async t => {
    const { run, models } = await makeCodexHarness(t);
    const turn = await run(script('gate never', 'say Never.'), {
      onFact: name => {
        if (name === fact) throw new DockError('cancelled', 'The person cancelled.');
      },
    });
    assert.equal(turn.end.outcome, 'interrupted');
    assert.equal(turn.end.error?.code, 'cancelled');
    assert.equal(turn.calls.filter(call => call !== 'event').at(-1), fact);
    if (fact !== 'turnStarted') assert.deepEqual(models.requests(), []);
  });
}

test('what a tool leaves running ends with the turn', options, async t => {
  const { run, workspace } = await makeCodexHarness(t);
  const turn = await run(
    script(
      `shell (setsid sh -c 'echo > left; exec sleep 9001' >/dev/null 2>&1 &); until test -e left; do sleep 0.05; done`,
      'say Done.',
    ),
    { permissionMode: 'full' },
  );
  assert.equal(turn.end.result, 'Done.');
  assert.ok(existsSync(join(workspace, 'left')));
  assert.equal(await isRunning('sleep 9001'), false);
});
