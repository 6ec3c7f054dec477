import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PermissionAnswer } from '../../src/providers/driver.ts';
import { makePerson } from '../drivers/answeringPerson.ts';
import { type Harness, makeHarness, script } from '../drivers/opencodeHarness.ts';
import { serverOf } from '../drivers/opencodeIntruder.ts';

let harness: Harness;
before(async () => {
  harness = await makeHarness();
});
after(() => harness.close());

const noProc = process.platform === 'linux' ? false : 'finds the server’s password in /proc';

// `once` comes from an agent’s shell in opencodeAsking.test.ts.
for (const reply of ['always', 'reject']) {
  test(`opencode: a permission answered past AgentDock (${reply}) ends the turn`, {
    skip: noProc,
  }, async () => {
    const person = makePerson<PermissionAnswer>();
    const { turn } = harness.start(script('shell touch breach.txt', 'say done'), {
      permissionMode: 'ask',
      permission: person.ask,
    });
    const signal = await person.askedIn(turn);
    const server = await serverOf(harness.runtimeDir);
    await server.answer(harness.workspace, 'permission', { reply });
    const end = await turn.ended;
    assert.deepEqual([end.outcome, end.error?.code], ['failed', 'permission_denied']);
    assert.match(end.error?.message ?? '', /past AgentDock/);
    assert.equal(signal.aborted, true);
  });
}
