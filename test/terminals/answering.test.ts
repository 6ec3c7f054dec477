import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentRequest } from '../../src/contracts/agentRequest.ts';
import { DockError } from '../../src/contracts/errors.ts';
import { shownMark, shownMarkAnswer } from '../../src/terminals/answering.ts';
import { opened, permission, question } from './requests.ts';
import { makeScreen } from './screen.ts';
import { text, turnEnded, turnQueued, turnStarted } from './transcript.ts';

const id = 'req-aaaaaaaaaa';
const other = 'req-bbbbbbbbbb';
const ruled = permission(id, { rule: { tool: 'Bash', subject: 'npm publish' } });
const port = { question: 'Which port?', options: [{ label: '80' }, { label: '443' }], multiple: false };
const parts = { question: 'Which parts?', options: [{ label: 'API' }, { label: 'UI' }], multiple: true };

/** A running turn, nothing asked yet. */
function running() {
  const screen = makeScreen({ state: 'running' });
  screen.screen.open(100, 30);
  screen.deliver([turnQueued('go'), turnStarted()], { reset: true });
  screen.take();
  const waits = (request: AgentRequest) => {
    screen.change({
      state: request.kind === 'permission' ? 'waiting_permission' : 'waiting_input',
      requests: [request],
    });
    screen.deliver([opened(request)]);
  };
  return {
    ...screen,
    waits,
    /** The terminal shows what is asked. */
    asks: (request: AgentRequest) => {
      const before = screen.written.length;
      waits(request);
      assert.ok(screen.written.slice(before).join('').endsWith(shownMark));
      screen.screen.input(shownMarkAnswer);
    },
    settled: () => new Promise(setImmediate),
  };
}

test('an open permission says what the line takes, with the rule of the thread only where there is one', () => {
  const { asks, take } = running();
  asks(ruled);
  assert.match(
    take(),
    /npm publish\n[\s\S]*❯ Type y to allow once, a in this thread, n to deny \(and why\), then Enter · Esc: follow-up/,
  );
  const without = running();
  without.asks(permission(id));
  assert.match(without.take(), /❯ Type y to allow, n to deny \(and why\), then Enter · Esc: follow-up/);
});

for (const [typed, wanted] of [
  ['y', { decision: 'allow' }],
  ['a', { decision: 'allow_thread' }],
  ['n', { decision: 'deny' }],
  ['n Not on a Friday.', { decision: 'deny', reason: 'Not on a Friday.' }],
] as const) {
  test(`“${typed}” and Enter answer a permission with ${wanted.decision}`, () => {
    const { screen, asks, answered, resumed } = running();
    asks(ruled);
    screen.input(typed);
    assert.deepEqual(answered, []);
    screen.input('\r');
    assert.deepEqual(answered, [`${id} ${JSON.stringify(wanted)}`]);
    assert.deepEqual(resumed, []);
  });
}

test('what is no answer to a permission stays in the line and is sent nowhere', () => {
  const { screen, asks, answered, resumed, take } = running();
  asks(permission(id));
  take();
  screen.input('yarn test\r');
  assert.match(take(), /· Type y to allow, n to deny \(and why\), then Enter[\s\S]*❯ yarn test/);
  screen.input('\u0003a\r');
  assert.deepEqual([answered, resumed], [[], []]);
});

test('a key pressed before the request was on the screen answers nothing', () => {
  const { screen, waits, answered, resumed } = running();
  waits(ruled);
  // The terminal had these keys before the mark behind the request.
  screen.input(`y\r${shownMarkAnswer}`);
  assert.deepEqual(answered, []);
  assert.deepEqual(resumed, ['y']);
});

test('a line begun before the request came stays a follow-up; the next one answers', async () => {
  const { screen, waits, answered, resumed, settled } = running();
  screen.input('y');
  waits(ruled);
  screen.input('\r');
  await settled();
  assert.deepEqual([answered, resumed], [[], ['y']]);
  screen.input(shownMarkAnswer);
  screen.input('y\r');
  assert.deepEqual(answered, [`${id} {"decision":"allow"}`]);
});

test('a request known before its text has come is not offered', () => {
  const { screen, change, deliver, answered, take } = running();
  change({ state: 'waiting_permission', requests: [ruled] });
  assert.equal(take(), '');
  screen.input('y\u0003');
  deliver([opened(ruled)]);
  assert.match(take(), /wants to use Bash[\s\S]*❯ Type y to allow once/);
  assert.deepEqual(answered, []);
});

test('Esc gets back to a follow-up and again to the answer', () => {
  const { screen, asks, answered, resumed, take } = running();
  asks(ruled);
  take();
  screen.input('\u001b');
  assert.match(take(), /❯ Type a follow-up and press Enter · Esc to answer/);
  screen.input('y\r');
  assert.deepEqual([answered, resumed], [[], ['y']]);
  screen.input('\u001b');
  screen.input('y\r');
  assert.deepEqual(resumed, ['y']);
});

test('Esc makes a follow-up of an answer that was begun', () => {
  const { screen, asks, answered, resumed } = running();
  asks(ruled);
  screen.input('y\u001b');
  screen.input('\r');
  assert.deepEqual([answered, resumed], [[], ['y']]);
});

test('an answer to a request that is gone answers neither it nor the next one, and is no follow-up', () => {
  const { screen, asks, waits, answered, resumed, take } = running();
  asks(ruled);
  screen.input('y');
  waits(permission(other));
  screen.input(shownMarkAnswer);
  take();
  screen.input('\r');
  assert.match(take(), /· Nobody waits for this answer any more\.\n[\s\S]*❯ Type y to allow, n to deny/);
  screen.input(shownMarkAnswer);
  assert.deepEqual([answered, resumed], [[], []]);
  screen.input('y\r');
  assert.deepEqual(answered, [`${other} {"decision":"allow"}`]);
});

test('whoever is second is told so quietly', async () => {
  const { screen, asks, fail, settled, take } = running();
  asks(ruled);
  fail(new DockError('conflict', 'Thread thread-aaa does not wait for an answer.'));
  take();
  screen.input('y\r');
  await settled();
  const shown = take();
  assert.match(shown, /· Somebody else was first\./);
  assert.doesNotMatch(shown, /✗|conflict/);
});

test('an answer that does not arrive says why and comes back', async () => {
  const { screen, asks, fail, settled, answered, take } = running();
  asks(question(id, [port]));
  fail(new DockError('storage_unavailable', 'The disk is full.'));
  screen.input('2\r');
  await settled();
  assert.match(take(), /✗ storage_unavailable: The disk is full\.\n[\s\S]*❯ 2/);
  fail(undefined);
  screen.input('\r');
  assert.deepEqual(answered, [`${id} {"answers":["443"]}`]);
});

test('several questions are asked one after the other: numbers, several of them, or own words', () => {
  const { screen, asks, answered, take } = running();
  asks(question(id, [port, parts, { question: 'Anything else?', options: [], multiple: false }]));
  assert.match(take(), /❯ 1\/3 Which port\?: A number from 1 to 2, or your own words/);
  screen.input('8080\r');
  assert.match(take(), /❯ 2\/3 Which parts\?: Numbers from 1 to 2, or your own words/);
  screen.input('1, 2\r');
  assert.match(take(), /❯ 3\/3 Anything else\?: Type the answer/);
  assert.deepEqual(answered, []);
  screen.input('No.\r');
  assert.deepEqual(answered, [`${id} {"answers":["8080","API\\nUI","No."]}`]);
});

test('a question that was left when the turn ended is answered the same way', () => {
  const { screen, change, deliver, answered, take } = running();
  const left = question(id, [port], { detached: true });
  deliver([opened(left), text('a', 'I asked.\n'), turnEnded()]);
  change({ state: 'waiting_input', requests: [left] });
  assert.match(take(), /Completed[\s\S]*❯ A number from 1 to 2, or your own words/);
  screen.input(shownMarkAnswer);
  screen.input('1\r');
  assert.deepEqual(answered, [`${id} {"answers":["80"]}`]);
});

test('once it is answered elsewhere the line is gone while the turn goes on', () => {
  const { asks, change, deliver, take } = running();
  asks(ruled);
  take();
  deliver([{ type: 'request.answered', request_id: id, by: 'person', decision: 'allow' }]);
  change({ state: 'running', requests: [] });
  const shown = take();
  assert.match(shown, /✓ Allowed once by you\n$/);
});
