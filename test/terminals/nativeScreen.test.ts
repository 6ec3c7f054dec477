import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScreenPart } from '../../src/client/dockClient.ts';
import type { Thread } from '../../src/contracts/thread.ts';
import { NativeScreen } from '../../src/terminals/nativeScreen.ts';
import { makeThread, makeTurn } from '../core/makeThread.ts';

const id = 'thread-one';

function open(isBack = false) {
  let thread: Thread | undefined = makeThread({ id, turn: makeTurn({ id: 't1', native: true }) });
  let listener: ((part: ScreenPart) => void) | undefined;
  const did: string[] = [];
  const screen = new NativeScreen({
    thread: () => thread,
    watch: receive => {
      listener = receive;
      return () => void did.push('unwatch');
    },
    sendKeys: data => void did.push(`keys ${data}`),
    resize: (columns, rows) => void did.push(`size ${columns}x${rows}`),
    write: data => void did.push(data),
    end: () => void did.push('end'),
    isBack,
  });
  screen.open(100, 30);
  did.length = 0;
  const part = (data: string, reset = false) => listener?.({ thread: id, reset, data });
  const leave = () => {
    thread = makeThread({ id });
    screen.refresh();
  };
  return { screen, did, part, leave };
}

test('nothing is typed before the program is there; then it is drawn anew at the size of the tab', () => {
  const { screen, did, part } = open();
  screen.input('lost');
  screen.resize(90, 20);
  part('hello', true);
  screen.input('a');
  screen.resize(80, 20);
  part(' you');
  assert.deepEqual(did, [
    '\u001bc\u001b[3Jhello',
    'size 90x19',
    'size 90x20',
    'keys a',
    'size 80x20',
    ' you',
  ]);
});

test('the tab ends with its program, and what is typed after that goes nowhere', () => {
  const { screen, did, part, leave } = open();
  leave();
  // It had drawn nothing yet.
  assert.deepEqual(did, ['unwatch', 'end']);
  const again = open();
  again.part('hello', true);
  again.did.length = 0;
  again.leave();
  again.screen.input('lost');
  assert.deepEqual(again.did, ['unwatch', 'end']);
  part('late');
  screen.close();
});

test('a tab that came back ends where its program has ended meanwhile', () => {
  const { did, leave } = open(true);
  leave();
  assert.deepEqual(did, ['unwatch', 'end']);
});
