import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { findTranscript } from '../../src/providers/claudeCode/sessions.ts';
import { waitFor } from '../support/waitFor.ts';
import { eventsOf, makeHarness, script, sessionOf } from './claudeCodeHarness.ts';
import { noLimit, processOf, type RecordedSink } from './harness.ts';

/** The CLI notes in the transcript what stands in its waiting line. */
async function untilWaiting(home: string, text: string, recorded: Pick<RecordedSink, 'sessions'>) {
  await waitFor(`${text} in the CLI's waiting line`, async () => {
    const file = await findTranscript({ id: sessionOf(recorded).id }, { HOME: home });
    return file !== undefined && (await readFile(file, 'utf8')).includes(text);
  });
}

test('claude_code: a message reaches the running turn between two tool rounds', async t => {
  const { start, models, home } = await makeHarness(t);
  const { turn, events, sessions } = start(script('gate before', 'shell echo one', 'heard'));
  await models.gates.arrival('before');
  let isTaken = false;
  const steered = turn.steer('/also do this', randomUUID()).then(() => {
    isTaken = true;
  });
  await untilWaiting(home, '/also do this', { sessions });
  assert.ok(!isTaken, 'what only waits in the CLI is not taken');
  models.gates.open('before');
  await steered;
  const end = await turn.ended;
  assert.match(end.result ?? '', /^heard: \/also do this/);
  assert.deepEqual(eventsOf(events, 'steered'), [{ type: 'steered', text: { text: '/also do this' } }]);
  await assert.rejects(turn.steer('too late'), { code: 'conflict' });
});

test('claude_code: a message during the last answer is dealt with before the turn ends', async t => {
  const { start, models, home } = await makeHarness(t);
  const { turn, events, sessions } = start(script('gate before', 'say first answer'));
  await models.gates.arrival('before');
  const steered = turn.steer('one more thing');
  await untilWaiting(home, 'one more thing', { sessions });
  models.gates.open('before');
  await steered;
  const end = await turn.ended;
  assert.equal(end.outcome, 'completed');
  assert.equal(end.result, 'Plain answer over anthropic-messages.');
  assert.equal(eventsOf(events, 'steered').length, 1);
});

test('claude_code: a message before the prompt left is refused', async t => {
  const { start } = await makeHarness(t);
  const { turn } = start(script('say one'));
  await assert.rejects(turn.steer('too early'), { code: 'conflict' });
  assert.equal((await turn.ended).outcome, 'completed');
});

test('claude_code: the transcript tells what arrived', async t => {
  const { start, driver, models, home } = await makeHarness(t);
  const prompt = script('gate before', 'shell echo "from the shell: <msg-shell>"', 'say <msg-said>');
  const { turn, sessions } = start(`<msg-prompt>\n${prompt}`);
  await models.gates.arrival('before');
  const steered = turn.steer('<msg-steered>');
  await untilWaiting(home, '<msg-steered>', { sessions });
  models.gates.open('before');
  await steered;
  await turn.ended;
  const texts = ['<msg-prompt>', '<msg-steered>', '<msg-absent>'];
  const session = sessionOf({ sessions });
  const found = await driver.findInTranscript?.(session, texts, noLimit);
  assert.deepEqual(found, new Set(['<msg-prompt>', '<msg-steered>']));
  const { transcript_path: _, ...byId } = session;
  assert.deepEqual(await driver.findInTranscript?.(byId, texts, noLimit), found);
  assert.equal(await driver.findInTranscript?.({ ...byId, id: randomUUID() }, texts, noLimit), undefined);
});

for (const stop of ['killed', 'interrupted'] as const) {
  test(`claude_code: a message in the waiting line of a CLI that is ${stop} is lost, and the transcript says so`, async t => {
    const { start, run, driver, models, home } = await makeHarness(t);
    const first = start(script('remember fig', 'shell echo one', 'gate held', 'say never'));
    await models.gates.arrival('held');
    const steered = first.turn.steer('<msg-waiting>');
    const refused = assert.rejects(steered, { code: 'unknown' });
    await untilWaiting(home, '<msg-waiting>', first);
    if (stop === 'killed') process.kill(processOf(first).pid, 'SIGKILL');
    else await first.turn.interrupt();
    await first.turn.ended;
    await refused;
    const found = await driver.findInTranscript?.(sessionOf(first), ['<msg-waiting>'], noLimit);
    assert.deepEqual(found, new Set());
    models.clearRequests();
    await run(script('say next'), { session: sessionOf(first) });
    for (const { userTurns, steers } of models.requests()) {
      assert.doesNotMatch([...userTurns, ...steers].join('\n'), /msg-waiting/);
    }
  });
}
