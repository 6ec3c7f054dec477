import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import { startTimeOf } from '../../src/providers/process/processTable.ts';
import { waitFor } from '../support/waitFor.ts';
import { eventsOf, makeHarness, script, sessionOf } from './claudeCodeHarness.ts';
import { processOf } from './harness.ts';

/** A tool that leaves children behind: one in a session of its own, one that outlives its parent. */
const stubborn =
  'setsid sh -c "echo \\$\\$ > own.pid; trap : TERM HUP INT; while :; do sleep 1; done" & (sh -c "echo \\$\\$ > orphan.pid; exec sleep 300" &) ; echo $$ > tool.pid; sleep 300';

async function pidIn(workspace: string, name: string): Promise<number> {
  const file = join(workspace, name);
  return waitFor(`a pid in ${name}`, async () =>
    existsSync(file) ? Number(await readFile(file, 'utf8')) : 0,
  );
}

const isGone = async (pid: number): Promise<boolean> => (await startTimeOf(pid)) === undefined;

test('claude_code: interrupt takes the tool’s whole tree, while a second thread finishes undisturbed', async t => {
  const { start, workspace, models } = await makeHarness(t);
  const other = start(script('shell echo mine', 'gate other', 'say my own answer'));
  const stopped = start(script(`shell ${stubborn}`, 'say never'));
  const pids = [];
  for (const name of ['own.pid', 'orphan.pid', 'tool.pid']) pids.push(await pidIn(workspace, name));
  await models.gates.arrival('other');
  await Promise.all([stopped.turn.interrupt(), stopped.turn.interrupt()]);
  const end = await stopped.turn.ended;
  assert.equal(end.outcome, 'interrupted');
  for (const pid of [...pids, processOf(stopped).pid]) assert.ok(await isGone(pid), `${pid} is gone`);
  assert.equal(eventsOf(stopped.events, 'tool.ended').at(-1)?.status, 'interrupted');
  models.gates.open('other');
  const otherEnd = await other.turn.ended;
  assert.equal(otherEnd.outcome, 'completed');
  assert.equal(otherEnd.result, 'my own answer');
});

test('claude_code: what a turn leaves in the background does not outlive it', async t => {
  const { run, workspace } = await makeHarness(t);
  const leave = 'setsid sh -c "echo \\$\\$ > left.pid; exec sleep 300" >/dev/null 2>&1 &';
  const { end } = await run(
    script(`shell ${leave} while [ ! -s left.pid ]; do sleep 0.05; done`, 'say done'),
  );
  assert.equal(end.outcome, 'completed');
  assert.ok(await isGone(await pidIn(workspace, 'left.pid')));
});

test('claude_code: an interrupted session resumes and knows of its earlier turn', async t => {
  const { start, run, models } = await makeHarness(t);
  const first = start(script('remember plum', 'shell echo one', 'gate held', 'say never'));
  await models.gates.arrival('held');
  await first.turn.interrupt();
  const second = await run(script('recall'), { session: sessionOf(first) });
  assert.equal(second.end.result, 'earlier prompts: 1; tool calls: 1; tool results: 1; words: plum');
  assert.equal(second.session.id, sessionOf(first).id);
});

test('claude_code: interrupt while the model service is silent ends the turn', async t => {
  const { start, models } = await makeHarness(t);
  const { turn, ...recorded } = start(script('silence'));
  await models.request(({ side }) => !side);
  await turn.interrupt();
  assert.equal((await turn.ended).outcome, 'interrupted');
  assert.ok(await isGone(processOf(recorded).pid));
});

test('claude_code: kill -9 of the CLI fails the turn, and its session resumes', async t => {
  const { start, run, workspace } = await makeHarness(t);
  const first = start(
    script('remember fig', 'shell echo one', `shell sleep 300 & echo $! > bg.pid; wait`, 'say never'),
  );
  const child = await pidIn(workspace, 'bg.pid');
  process.kill(processOf(first).pid, 'SIGKILL');
  const end = await first.turn.ended;
  assert.equal(end.outcome, 'failed');
  assert.equal(end.error?.code, 'upstream_unavailable');
  assert.equal(end.error?.retryable, true);
  assert.ok(await isGone(child));
  const second = await run(script('recall'), { session: sessionOf(first) });
  // How much of the last moments the CLI had written is chance.
  assert.match(second.end.result ?? '', /words: fig$/);
  assert.equal(second.session.id, sessionOf(first).id);
});

test('claude_code: killed before its prompt left, the thread starts again under the same session id', async t => {
  const { start, run, requests } = await makeHarness(t);
  const first = start(script('say one'), {
    onFact: name => {
      if (name === 'promptSending') process.kill(processOf(first).pid, 'SIGKILL');
    },
  });
  const end = await first.turn.ended;
  assert.equal(end.outcome, 'failed');
  const second = await run(script('say two'), { session: sessionOf(first) });
  assert.equal(second.end.result, 'two');
  assert.equal(second.session.id, sessionOf(first).id);
  assert.equal(requests().length, 1);
});

for (const fact of ['processStarted', 'sessionBound', 'promptSending']) {
  test(`claude_code: refused at ${fact}, no prompt leaves and no process stays`, async t => {
    const { start, requests } = await makeHarness(t);
    const { turn, ...recorded } = start(script('say one'), {
      onFact: name => {
        if (name === fact) throw new DockError('cancelled', 'cancelled by the test');
      },
    });
    assert.equal((await turn.ended).outcome, 'interrupted');
    assert.ok(await isGone(processOf(recorded).pid));
    assert.deepEqual(requests(), []);
  });
}

test('claude_code: a host that cannot write ends the turn with its error', async t => {
  const { run } = await makeHarness(t);
  const { end } = await run(script('say one'), {
    onFact: name => {
      if (name === 'turnStarted') throw new DockError('storage_unavailable', 'disk full');
    },
  });
  assert.deepEqual([end.outcome, end.error?.code], ['failed', 'storage_unavailable']);
});

test('claude_code: interrupted at once, nothing starts', async t => {
  const { start, requests } = await makeHarness(t);
  const { turn, calls } = start(script('say one'));
  await turn.interrupt();
  assert.equal((await turn.ended).outcome, 'interrupted');
  assert.ok(!calls.includes('promptSending'));
  assert.deepEqual(requests(), []);
});

test('claude_code: close ends every turn, and may be called twice', async t => {
  const { start, driver, models } = await makeHarness(t);
  const turns = ['a', 'b'].map(name => start(script(`gate ${name}`, 'say never')));
  await Promise.all(['a', 'b'].map(name => models.gates.arrival(name)));
  await driver.close();
  await driver.close();
  for (const { turn, ...recorded } of turns) {
    assert.equal((await turn.ended).outcome, 'interrupted');
    assert.ok(await isGone(processOf(recorded).pid));
  }
});
