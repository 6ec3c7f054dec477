import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import { oneAtATime } from '../../src/providers/opencode/oneAtATime.ts';
import { untilAnswered } from '../../src/providers/opencode/untilAnswered.ts';

test('opencode: a server that does not answer is asked no more once the turn is over', async () => {
  const over = new AbortController();
  let calls = 0;
  const call = async (): Promise<never> => {
    calls += 1;
    if (calls === 2) over.abort();
    throw new DockError('unknown', 'OpenCode did not answer.');
  };
  await assert.rejects(untilAnswered(call, over.signal), { name: 'AbortError' });
  assert.equal(calls, 2);
  await assert.rejects(untilAnswered(call, over.signal), { name: 'AbortError' });
  assert.equal(calls, 2);
});

test('opencode: an answer that comes after the end is nobody’s', async () => {
  const over = new AbortController();
  const call = async (): Promise<string> => {
    over.abort();
    return 'late';
  };
  await assert.rejects(untilAnswered(call, over.signal), { name: 'AbortError' });
});

for (const code of ['not_found', 'version_mismatch'] as const) {
  test(`opencode: ${code} is the answer`, async () => {
    let calls = 0;
    const call = async (): Promise<never> => {
      calls += 1;
      throw new DockError(code, 'No.');
    };
    await assert.rejects(untilAnswered(call, new AbortController().signal), { code });
    assert.equal(calls, 1);
  });
}

test('opencode: who is called while looking looks once more, and not at the same time', async () => {
  const looks: PromiseWithResolvers<void>[] = [];
  const look = oneAtATime(async () => {
    const running = Promise.withResolvers<void>();
    looks.push(running);
    await running.promise;
  });
  const turn = () => new Promise(resolve => setImmediate(resolve));
  look();
  look();
  look();
  assert.equal(looks.length, 1);
  looks[0]?.resolve();
  await turn();
  assert.equal(looks.length, 2);
  looks[1]?.resolve();
  await turn();
  assert.equal(looks.length, 2);
  look();
  assert.equal(looks.length, 3);
});
