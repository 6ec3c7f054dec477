import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import { isAlive, readProcessTable } from '../../src/providers/process/processTable.ts';
import { readEnvironments } from '../../src/providers/process/readEnvironment.ts';
import { waitFor } from '../support/waitFor.ts';
import { processOf } from './harness.ts';
import { eventsOf, type Harness, makeHarness, script } from './opencodeHarness.ts';

let harness: Harness;
before(async () => {
  harness = await makeHarness();
});
after(() => harness.close());

/** Living processes that carry the thread's mark. */
async function markedBy(threadId: string): Promise<number[]> {
  const table = await readProcessTable();
  const pids = table.map(({ pid }) => pid);
  const environments = await readEnvironments(pids);
  return pids.filter((_pid, index) => environments[index]?.['AGENTDOCK_THREAD'] === threadId);
}

const longCommand = 'setsid sleep 1000 & sleep 1000';

test('opencode: interrupt takes the tool’s whole tree while a second thread finishes with its own answer', async () => {
  const { start, models } = harness;
  const other = start(script('gate stop-other', 'say the other one'));
  const { turn, events, request, processes } = start(script(`shell ${longCommand}`, 'say never'));
  await models.gates.arrival('stop-other');
  await waitFor('both processes', async () => (await markedBy(request.threadId)).length >= 2);
  await Promise.all([turn.interrupt(), turn.interrupt()]);
  const end = await turn.ended;
  assert.equal(end.outcome, 'interrupted');
  assert.equal(end.error?.code, 'cancelled');
  assert.deepEqual(await markedBy(request.threadId), []);
  assert.deepEqual(
    eventsOf(events, 'tool.ended').map(({ status }) => status),
    ['interrupted'],
  );
  models.gates.open('stop-other');
  const otherEnd = await other.turn.ended;
  assert.equal(otherEnd.result, 'the other one');
  assert.deepEqual(other.processes, processes);
});

test('opencode: interrupt while the model service is silent ends the turn', async () => {
  const { start, models } = harness;
  const prompt = script('silence');
  const { turn } = start(prompt);
  await models.request(({ side, userTurns }) => !side && userTurns.at(-1) === prompt);
  await turn.interrupt();
  assert.equal((await turn.ended).outcome, 'interrupted');
});

test('opencode: an interrupted session resumes, and a message that had come late reaches the model then', async () => {
  const { start, run, requests, models } = harness;
  const first = start(script('remember plum', 'gate stop-linger', 'say never'));
  await models.gates.arrival('stop-linger');
  await first.turn.steer('late words');
  await first.turn.interrupt();
  const [bound] = first.sessions;
  const session = { id: bound?.id ?? '', bound_at: new Date().toISOString(), working_dir: '.' };
  const second = await run('What now?', { session });
  assert.equal(second.end.outcome, 'completed');
  assert.equal(requests().at(-1)?.sessionHint, session.id);
  assert.deepEqual(requests().at(-1)?.userTurns.slice(-2), ['late words', 'What now?']);
});

test('opencode: interrupt right at the start sends nothing, or stops what was sent', async () => {
  const { start } = harness;
  const early = start(script('say never'));
  await early.turn.interrupt();
  assert.equal((await early.turn.ended).outcome, 'interrupted');
  assert.deepEqual(early.calls.includes('turnStarted'), false);
  const sending = start(script('shell sleep 1000', 'say never'), {
    onFact: name => {
      if (name === 'turnStarted') void sending.turn.interrupt();
    },
  });
  assert.equal((await sending.turn.ended).outcome, 'interrupted');
  assert.deepEqual(await markedBy(sending.request.threadId), []);
});

test('opencode: a fact that cannot be written down stops the turn before the prompt leaves', async () => {
  const { run, requests } = harness;
  const before = requests().length;
  for (const fact of ['processStarted', 'sessionBound', 'promptSending']) {
    const refused = await run(script('say never'), {
      onFact: name => {
        if (name === fact) throw new DockError('storage_unavailable', 'The disk is full.');
      },
    });
    assert.equal(refused.end.outcome, 'failed');
    assert.equal(refused.end.error?.code, 'storage_unavailable');
    assert.equal(refused.calls.at(-1), fact);
  }
  const cancelled = await run(script('say never'), {
    onFact: name => {
      if (name === 'promptSending') throw new DockError('cancelled', 'Cancelled.');
    },
  });
  assert.equal(cancelled.end.outcome, 'interrupted');
  assert.equal(requests().length, before);
});

test('opencode: what a command leaves running ends with the turn', async () => {
  const { end, request } = await harness.run(
    script('shell nohup setsid sleep 1000 >/dev/null 2>&1 &', 'say bye'),
  );
  assert.equal(end.result, 'bye');
  assert.deepEqual(await markedBy(request.threadId), []);
});

test('opencode: kill -9 of the server fails its turns, takes their tools, and the sessions resume', async () => {
  const { start, run, models } = harness;
  const earlier = await run(script('remember fig'));
  const working = start(script(`shell ${longCommand}`, 'say never'), { session: earlier.session });
  const waiting = start(script('gate stop-killed', 'say never'));
  await models.gates.arrival('stop-killed');
  await waitFor('the tool', async () => (await markedBy(working.request.threadId)).length >= 2);
  process.kill(processOf(working).pid, 'SIGKILL');
  for (const { turn, request } of [working, waiting]) {
    const end = await turn.ended;
    assert.equal(end.outcome, 'failed');
    assert.deepEqual([end.error?.code, end.error?.retryable], ['upstream_unavailable', true]);
    assert.deepEqual(await markedBy(request.threadId), []);
  }
  const again = await run(script('recall'), { session: earlier.session });
  assert.match(again.end.result ?? '', /words: fig/);
  assert.equal(again.session?.id, earlier.session?.id);
  assert.notEqual(processOf(again).pid, processOf(working).pid);
});

test('opencode: closing the driver ends its turns, its server and its temporary files', async () => {
  const { start, driver, models, runtimeDir } = harness;
  const { turn, ...recorded } = start(script('gate stop-close', 'say never'));
  await models.gates.arrival('stop-close');
  await driver.close();
  assert.equal((await turn.ended).outcome, 'interrupted');
  assert.equal(await isAlive(processOf(recorded)), false);
  assert.deepEqual(await readdir(runtimeDir), []);
  await driver.close();
  const late = await harness.run('hello');
  assert.equal(late.end.error?.code, 'cancelled');
});
