import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import { probeAnswer, replayEndAnswer } from '../../src/terminals/outputValve.ts';
import { makeScreen } from './screen.ts';
import { text, turnEnded, turnQueued, turnStarted } from './transcript.ts';

function atRest() {
  const parts = makeScreen();
  parts.screen.open(60, 20);
  parts.deliver([turnQueued('go'), turnStarted(), text('a', 'Done.'), turnEnded()], { reset: true });
  return parts;
}

test('a replay shows the header, the turns and a place to type', () => {
  const { take } = atRest();
  const shown = take();
  assert.ok(
    shown.includes('settings page\nCodex · Ask first · thread-aaa\n\n❯ go\n\nDone.\n\n✓ Completed · 2.0 s\n'),
  );
  assert.ok(shown.includes('❯ Type a follow-up and press Enter'));
});

test('nothing can be typed before the replay is over', () => {
  const { screen, deliver, resumed } = makeScreen();
  screen.open(60, 20);
  screen.input('early\r');
  deliver([turnQueued('go')], { reset: true, live: false });
  screen.input('early\r');
  assert.deepEqual(resumed, []);
});

test('Enter sends a follow-up in the same session and empties the line', async () => {
  const { screen, resumed, take } = atRest();
  take();
  screen.input('Fix the mock\r');
  assert.deepEqual(resumed, ['Fix the mock']);
  await Promise.resolve();
  assert.ok(!take().includes('Fix the mock'));
});

test('a follow-up that fails says why and gives the text back', async () => {
  const { screen, fail, take } = atRest();
  fail(new DockError('limit_reached', 'Too many', { hint: 'Wait.' }));
  take();
  screen.input('again\r');
  await new Promise(setImmediate);
  const shown = take();
  assert.ok(shown.includes('✗ limit_reached: Too many\n  → Wait.'), shown);
  assert.ok(shown.includes('❯ again'), shown);
});

test('what is typed while a prompt is on its way stays in the line, also behind one that comes back', async () => {
  const { screen, fail, resumed, take } = atRest();
  screen.input('one\r');
  screen.input('two');
  screen.input('\r');
  await new Promise(setImmediate);
  assert.deepEqual(resumed, ['one']);
  const typed = take();
  assert.ok(typed.includes('❯ two'), JSON.stringify(typed));
  fail(new DockError('limit_reached', 'Too many'));
  screen.input('\r');
  screen.input('three');
  await new Promise(setImmediate);
  const shown = take();
  assert.ok(shown.includes('❯ two\n  three'), JSON.stringify(shown));
});

test('text that comes while a line is typed goes above it, in whole lines', () => {
  const { screen, deliver, change, take } = makeScreen({ state: 'running' });
  screen.open(60, 20);
  deliver([turnQueued('go'), turnStarted(), text('a', 'one\n')], { reset: true });
  take();
  screen.input('next');
  deliver([text('a', 'two\nthr')]);
  assert.equal(take(), '❯ next\r\u001b[6C\r\u001b[Jtwo\n❯ next\r\u001b[6C');
  deliver([text('a', 'ee')]);
  assert.equal(take(), '');
  screen.input('\u0003');
  assert.equal(take(), '\r\u001b[Jthree');
  change({ state: 'completed' });
});

test('a terminal that is being typed in still answers for the flow of the output', () => {
  const { screen, deliver, written, take } = makeScreen({ state: 'running' });
  screen.open(60, 20);
  deliver([turnStarted()], { reset: true });
  screen.input('x');
  take();
  for (let at = 0; at < 60; at += 1) {
    deliver([text('a', `${'z'.repeat(998)}\r\n`), text('a', 'tail ')]);
    const probes = written.join('').split('\u001b[5n').length - 1;
    if (probes > 0) screen.input(probeAnswer.repeat(probes));
    written.splice(0);
  }
  deliver([text('a', 'the end\n')]);
  assert.ok(written.join('').includes('the end'));
});

test('Ctrl+C asks once and cancels at the second time', () => {
  const { screen, deliver, cancels, take } = makeScreen({ state: 'running' });
  screen.open(60, 20);
  deliver([turnQueued('go'), turnStarted()], { reset: true });
  screen.input('\u0003');
  assert.equal(cancels(), 0);
  assert.ok(take().includes('Press Ctrl+C again to cancel the turn'));
  screen.input('\u0003');
  assert.equal(cancels(), 1);
});

test('any other key takes the question of Ctrl+C back', () => {
  const { screen, deliver, cancels } = makeScreen({ state: 'running' });
  screen.open(60, 20);
  deliver([turnStarted()], { reset: true });
  screen.input('\u0003');
  screen.input('a\u007f');
  screen.input('\u0003');
  assert.equal(cancels(), 0);
});

test('at rest Ctrl+C does nothing', () => {
  const { screen, cancels } = atRest();
  screen.input('\u0003\u0003');
  assert.equal(cancels(), 0);
});

test('a running program gets the keys and the size; at rest a follow-up can be typed', () => {
  const { screen, deliver, change, keys, sizes, resumed } = makeScreen({
    provider: 'command',
    state: 'running',
  });
  screen.open(100, 30);
  deliver([turnQueued('cat'), turnStarted()], { reset: true });
  screen.input('hi\r\u0003');
  assert.deepEqual(keys, ['hi\r\u0003']);
  screen.resize(120, 40);
  assert.deepEqual(sizes, ['100x30', '120x40']);
  deliver([turnEnded()]);
  change({ state: 'completed' });
  screen.input('echo again\r');
  assert.deepEqual(resumed, ['echo again']);
});

test('what a replay makes the terminal answer does not reach the program; what it asks then does', () => {
  const { screen, replay, deliver, keys } = makeScreen({ provider: 'command', state: 'running' });
  screen.open(80, 24);
  replay([turnQueued('ask'), turnStarted(), { type: 'output', data: 'where? \u001b[6n' }], { reset: true });
  screen.input(`\u001b[3;8R${replayEndAnswer}`);
  assert.deepEqual(keys, []);
  deliver([{ type: 'output', data: 'again \u001b[6n' }]);
  screen.input('\u001b[3;14R');
  assert.deepEqual(keys, ['\u001b[3;14R']);
});

test('a program that was started just now gets the answers it waits for', () => {
  const { screen, replay, keys } = makeScreen({ provider: 'command', state: 'running' }, true);
  screen.open(80, 24);
  replay([turnQueued('ask'), turnStarted(), { type: 'output', data: '\u001b[c' }], { reset: true });
  screen.input('\u001b[?1;2c');
  assert.deepEqual(keys, ['\u001b[?1;2c']);
});

test('closing detaches and nothing else', () => {
  const { screen, isFollowed, cancels } = atRest();
  screen.close();
  assert.equal(isFollowed(), false);
  assert.equal(cancels(), 0);
});

test('a new replay after a reset shows the transcript once', () => {
  const { deliver, take } = atRest();
  take();
  deliver([turnQueued('go'), turnStarted(), text('a', 'Done.'), turnEnded()], { reset: true });
  assert.equal(take().split('Done.').length - 1, 1);
});
