import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import { waitFor } from '../support/waitFor.ts';
import { eventsOf, isRunning, makeCodexHarness, script, sessionOf } from './codexHarness.ts';

const options = { skip: process.platform === 'linux' ? false : 'looks for processes in /proc' };

for (const permissionMode of ['full', 'edit'] as const) {
  test(
    `${permissionMode}: interrupt takes the tool with its setsid child, and no other thread`,
    options,
    async t => {
      const { start, models } = await makeCodexHarness(t);
      const other = start(script('shell sleep 2; echo survived', 'gate other', 'report'));
      const seconds = 7000 + permissionMode.length;
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
      models.gates.open('other');
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

test('an interrupt before the prompt has left sends nothing', async t => {
  const { start, models } = await makeCodexHarness(t);
  const { turn, ...recorded } = start('hello');
  await turn.interrupt();
  assert.equal((await turn.ended).outcome, 'interrupted');
  assert.deepEqual(models.requests(), []);
  assert.equal(recorded.calls.includes('turnStarted'), false);
});

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
  const { run } = await makeCodexHarness(t);
  const turn = await run(
    script(`shell (setsid sleep 9001 >/dev/null 2>&1 &); sleep 0.5; echo on`, 'say Done.'),
    { permissionMode: 'full' },
  );
  assert.equal(turn.end.result, 'Done.');
  assert.equal(await isRunning('sleep 9001'), false);
});
