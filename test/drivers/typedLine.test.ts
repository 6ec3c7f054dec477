import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScreenTail } from '../../src/providers/pty/screenTail.ts';
import { TerminalKeys } from '../../src/providers/pty/terminalKeys.ts';
import { TypedLine } from '../../src/providers/pty/typedLine.ts';

/** Whether the line is empty after keys at rest, unless `busy`. */
function isEmptyAfter(keys: string, busy = false): boolean {
  const line = new TypedLine();
  line.typed(keys, !busy);
  return line.isEmpty;
}

test('a line counts as empty only where that is sure', () => {
  assert.ok(isEmptyAfter(''));
  assert.ok(isEmptyAfter('ab\u007f\u007f'));
  assert.ok(isEmptyAfter('\u007f\r'));
  assert.ok(isEmptyAfter('what\u0003'));
  assert.ok(
    isEmptyAfter('\u001b[I\u001b[O\u001b[12;3R\u001b[?1;2c\u001b]10;rgb:ff/ff/ff\u001b\\\u001b[<0;3;4M'),
  );
  for (const keys of ['a', 'a\r', '\u001b[A', '\u001b', '\u001b[200~a\u001b[201~', 'a\u0015']) {
    assert.ok(!isEmptyAfter(keys), JSON.stringify(keys));
  }
  // It stopped the agent, which may give the prompt back.
  assert.ok(!isEmptyAfter('\u0003', true));
});

test('a line that was taken leaves what was typed after it', () => {
  const line = new TypedLine();
  line.typed('first\r', true);
  assert.ok(!line.isEmpty);
  line.taken();
  assert.ok(line.isEmpty);
  line.typed('second\rthi', true);
  line.taken();
  assert.ok(!line.isEmpty);
  line.typed('\u007f\u007f\u007f', false);
  assert.ok(line.isEmpty);
});

function makeKeys() {
  const written: string[] = [];
  const state = { isAtRest: true };
  const keys = new TerminalKeys({
    write: data => {
      written.push(data);
      if (data === '\r') keys.taken();
    },
    isAtRest: () => state.isAtRest,
  });
  return { keys, written, state };
}

test('a text is brought as one paste, which nothing in it can end, and no key comes between', async () => {
  const { keys, written } = makeKeys();
  const brought = keys.bring('/exit\u001b[201~\r!rm\u0003\ttwo');
  assert.ok(!keys.isFree);
  keys.typed('x');
  await brought;
  assert.deepEqual(written, ['\u001b[200~ /exit[201~\n!rm\ttwo\u001b[201~', '\r', 'x']);
  assert.ok(!keys.isFree);
});

test('a half line or a busy program refuses a text', async () => {
  const { keys, written, state } = makeKeys();
  state.isAtRest = false;
  await assert.rejects(keys.bring('news'), { code: 'conflict' });
  state.isAtRest = true;
  keys.typed('hal');
  await assert.rejects(keys.bring('news'), { code: 'conflict' });
  assert.deepEqual(written, ['hal']);
});

test('who comes late sees the newest output, from the beginning of a line or a sequence', () => {
  const screen = new ScreenTail();
  const seen: string[] = [];
  for (let line = 0; line < 40; line += 1) screen.add(`${'x'.repeat(64 * 1024)}\n`);
  const { replay, stop } = screen.follow(data => void seen.push(data));
  assert.ok(replay.length < 600 * 1024);
  assert.ok(replay.startsWith('\nx'));
  screen.add('more');
  stop();
  screen.add('unseen');
  assert.deepEqual(seen, ['more']);
});
