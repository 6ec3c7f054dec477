import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAlive, startTimeOf } from '../../src/providers/process/processTable.ts';
import { makeHarness } from './commandHarness.ts';

test('interrupt is Ctrl+C first: a program may clean up', async t => {
  const { shell } = await makeHarness(t);
  const { turn, found } = shell('trap "echo cleaned; exit 0" INT; echo ready; while :; do sleep 0.05; done');
  await found(/ready/);
  await turn.interrupt();
  const end = await turn.ended;
  assert.equal(end.outcome, 'interrupted');
  assert.match(end.result ?? '', /cleaned$/);
});

test('Ctrl+C from the keyboard ends a program that floods its terminal', async t => {
  const { start } = await makeHarness(t);
  const { turn, found } = start(['yes']);
  await found(/y\r\n/);
  turn.write?.('\x03');
  const end = await turn.ended;
  assert.equal(end.outcome, 'failed');
  assert.match(end.error?.message ?? '', /SIGINT/);
});

test('interrupt takes the whole tree, also what left the terminal, while another thread goes on', async t => {
  const { shell } = await makeHarness(t);
  const script = 'sleep 100 & echo child=$!; setsid sleep 100 & echo session=$!; echo ready; wait';
  const [stopped, other] = [shell(script), shell(`${script}; echo never`)];
  const taken = [await stopped.number('child'), await stopped.number('session')];
  const kept = [await other.number('child'), await other.number('session')];
  await Promise.all([stopped.turn.interrupt(), stopped.turn.interrupt()]);
  assert.equal((await stopped.turn.ended).outcome, 'interrupted');
  for (const pid of taken) assert.equal(await startTimeOf(pid), undefined);
  for (const pid of kept) assert.notEqual(await startTimeOf(pid), undefined);
  await other.turn.interrupt();
});

test('a program that ignores Ctrl+C and SIGTERM is ended all the same', async t => {
  const { shell } = await makeHarness(t);
  const { turn, found, processes } = shell('trap "" INT TERM HUP; echo ready; while :; do sleep 0.05; done');
  await found(/ready/);
  await turn.interrupt();
  assert.equal((await turn.ended).outcome, 'interrupted');
  for (const ref of processes) assert.equal(await isAlive(ref), false);
});

test('what a command leaves in the background ends with its turn', async t => {
  const { shell } = await makeHarness(t);
  const { turn, number } = shell(
    'setsid sh -c "sleep 100; sleep 101" & nohup sleep 100 >/dev/null & echo left=$!; exit 0',
  );
  assert.equal((await turn.ended).outcome, 'completed');
  assert.equal(await startTimeOf(await number('left')), undefined);
});

test('a turn that is interrupted before its program started never starts it', async t => {
  const { start } = await makeHarness(t);
  const { turn, calls } = start(['sleep', '100']);
  await turn.interrupt();
  assert.equal((await turn.ended).outcome, 'interrupted');
  assert.ok(!calls.includes('processStarted'));
});

test('interrupting after the end changes nothing', async t => {
  const { start } = await makeHarness(t);
  const { turn } = start(['echo', 'done']);
  const end = await turn.ended;
  await turn.interrupt();
  assert.deepEqual(await turn.ended, end);
  assert.equal(end.outcome, 'completed');
});

test('closing the driver ends all its turns', async t => {
  const { driver, shell } = await makeHarness(t);
  const turns = [shell('echo up; sleep 100'), shell('echo up; sleep 100')];
  for (const { found } of turns) await found(/up/);
  await driver.close();
  await driver.close();
  for (const { turn, processes } of turns) {
    assert.equal((await turn.ended).outcome, 'interrupted');
    for (const ref of processes) assert.equal(await isAlive(ref), false);
  }
});
