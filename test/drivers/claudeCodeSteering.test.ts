import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { eventsOf, makeHarness, script, sessionOf } from './claudeCodeHarness.ts';
import { noLimit, processOf } from './harness.ts';

test('claude_code: a message reaches the running turn between two tool rounds', async t => {
  const { start, models } = await makeHarness(t);
  const { turn, events } = start(script('gate before', 'shell echo one', 'heard'));
  await models.gates.arrival('before');
  const steered = turn.steer('/also do this', randomUUID());
  models.gates.open('before');
  await steered;
  const end = await turn.ended;
  assert.match(end.result ?? '', /^heard: \/also do this/);
  assert.deepEqual(eventsOf(events, 'steered'), [{ type: 'steered', text: { text: '/also do this' } }]);
  await assert.rejects(turn.steer('too late'), { code: 'conflict' });
});

test('claude_code: a message during the last answer is dealt with before the turn ends', async t => {
  const { start, models } = await makeHarness(t);
  const { turn, events } = start(script('gate before', 'say first answer'));
  await models.gates.arrival('before');
  const steered = turn.steer('one more thing');
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
  const { start, driver, models } = await makeHarness(t);
  const prompt = script('gate before', 'shell echo one', 'say <msg-said>');
  const { turn, sessions } = start(`<msg-prompt>\n${prompt}`);
  await models.gates.arrival('before');
  const steered = turn.steer('<msg-steered>');
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
  test(`claude_code: whether a CLI that is ${stop} had taken a message nobody says, and the transcript decides`, async t => {
    const { start, run, driver, models } = await makeHarness(t);
    const first = start(script('remember fig', 'shell echo one', 'gate held', 'say never'));
    await models.gates.arrival('held');
    const refused = assert.rejects(first.turn.steer('<msg-waiting>'), { code: 'unknown' });
    if (stop === 'killed') process.kill(processOf(first).pid, 'SIGKILL');
    else await first.turn.interrupt();
    await first.turn.ended;
    await refused;
    const found = await driver.findInTranscript?.(sessionOf(first), ['<msg-waiting>'], noLimit);
    models.clearRequests();
    await run(script('say next'), { session: sessionOf(first) });
    const [next] = models.requests().filter(({ side }) => !side);
    const heard = [...(next?.userTurns ?? []), ...(next?.steers ?? [])].join('\n');
    assert.equal(heard.includes('<msg-waiting>'), found?.has('<msg-waiting>'));
  });
}
