import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { noLimit, processOf } from './harness.ts';
import { type Harness, makeHarness, script, sessionRef } from './opencodeHarness.ts';
import { serverOf } from './opencodeIntruder.ts';

let harness: Harness;
before(async () => {
  harness = await makeHarness();
});
after(() => harness.close());

const find = (id: string, texts: readonly string[], signal = noLimit) =>
  harness.driver.findInTranscript?.(sessionRef(id), texts, signal);

test('opencode: after a crash the session’s record tells what had arrived, from a server started for it', async () => {
  const { start, models } = harness;
  const { turn, sessions, ...recorded } = start(
    script('shell echo "from a tool msg-3"', 'gate transcript-one', 'shell true', 'gate transcript-two'),
  );
  await models.gates.arrival('transcript-one');
  await turn.steer('[msg-1] "in quotes"\nand more', '0199b0a8-1111-7000-8000-000000000000');
  models.gates.open('transcript-one');
  await models.gates.arrival('transcript-two');
  const refused = assert.rejects(
    (async () => {
      process.kill(processOf(recorded).pid, 'SIGSTOP');
      const steering = turn.steer('[msg-2] may be lost');
      process.kill(processOf(recorded).pid, 'SIGKILL');
      await steering;
    })(),
    // Nobody knows: it is not said to be refused.
    { code: 'unknown' },
  );
  assert.equal((await turn.ended).outcome, 'failed');
  await refused;
  const texts = ['msg-1', '"in quotes"\nand more', 'msg-2', 'msg-3', 'gate transcript-two'];
  assert.deepEqual(await find(sessions[0]?.id ?? '', texts), new Set(texts.filter(text => text !== 'msg-2')));
});

test('opencode: a long record is read page by page, a missing one tells nothing', async () => {
  const { run, workspace, runtimeDir } = harness;
  const { session } = await run('The oldest is msg-old.');
  const id = session?.id ?? '';
  if (process.platform === 'linux') {
    const server = await serverOf(runtimeDir);
    for (let count = 0; count < 120; count += 1) await server.note(workspace, id, `note ${count}`);
  }
  assert.deepEqual(await find(id, ['msg-old', 'msg-none']), new Set(['msg-old']));
  assert.equal(await find('ses_gone', ['msg-old']), undefined);
  assert.equal(await find(id, ['msg-old'], AbortSignal.abort()), undefined);
});
