import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  OutputValve,
  probe,
  probeAnswer,
  replayEnd,
  replayEndAnswer,
} from '../../src/terminals/outputValve.ts';

const clear = '\u001bc\u001b[3J';

function makeValve(isFirst = false) {
  const written: string[] = [];
  const valve = new OutputValve({
    isFirst,
    write: text => written.push(text),
    beforeTail: isCut => (isCut ? '[left out]' : ''),
  });
  const all = () => written.join('');
  const probes = () => all().split(probe).length - 1;
  let answered = 0;
  /** The terminal has shown everything it got. */
  const catchUp = () => {
    while (answered < probes()) {
      answered += 1;
      valve.takeAnswers(probeAnswer);
    }
  };
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => `line ${from + index}\r\n`).join('');
  return { valve, written, all, probes, catchUp, lines };
}

test('asks the terminal about every 5,000 characters, only between lines', () => {
  const { valve, all, probes, lines } = makeValve();
  valve.push(lines(0, 2_000));
  assert.ok(probes() >= 3 && probes() <= 5, `${probes()} probes`);
  assert.ok(
    all()
      .split(probe)
      .slice(0, -1)
      .every(part => part.endsWith('\n')),
  );
});

test('a terminal that keeps up gets every character', () => {
  const { valve, all, catchUp, lines } = makeValve();
  for (let at = 0; at < 50_000; at += 500) {
    valve.push(lines(at, at + 500));
    catchUp();
  }
  assert.equal(all().replaceAll(probe, ''), lines(0, 50_000));
});

test('a terminal that stands still gets no more than 100,000 characters', () => {
  const { valve, all, lines } = makeValve();
  for (let at = 0; at < 50_000; at += 100) valve.push(lines(at, at + 100));
  assert.ok(all().length < 101_000, `${all().length} characters`);
});

test('one that fell behind gets the end on a cleared screen once it has caught up', () => {
  const { valve, written, catchUp, lines } = makeValve();
  for (let at = 0; at < 50_000; at += 100) valve.push(lines(at, at + 100));
  catchUp();
  const last = written.at(-1) ?? '';
  assert.ok(last.startsWith(`${clear}[left out]line `));
  assert.ok(last.replaceAll(probe, '').endsWith(`line 49999\r\n${replayEnd}`));
  assert.ok(last.length < 90_000);
  valve.push('after\r\n');
  assert.equal(written.at(-1), 'after\r\n');
});

test('a held replay is shown at once and only its end', () => {
  const { valve, written, lines } = makeValve();
  valve.hold();
  valve.push(lines(0, 100));
  assert.deepEqual(written, []);
  valve.release();
  assert.deepEqual(written, [clear + lines(0, 100) + replayEnd]);
});

test('a restart shows nothing of before', () => {
  const { valve, written } = makeValve();
  valve.push('old\r\n');
  valve.restart();
  valve.push('new\r\n');
  valve.release();
  assert.deepEqual(written, ['old\r\n', `${clear}new\r\n${replayEnd}`]);
});

test('takes its own answers out of the input and leaves the rest', () => {
  const { valve, lines } = makeValve();
  valve.push(lines(0, 1_300));
  assert.equal(valve.takeAnswers(`a${probeAnswer}b`), 'ab');
  assert.equal(valve.takeAnswers(`${probeAnswer.repeat(3)}`), probeAnswer.repeat(2));
});

test('no probe is put inside an open escape sequence or string', () => {
  const { valve, written } = makeValve();
  valve.push(`${'x'.repeat(6_000)}\u001b[3`);
  valve.push(`1m${'y'.repeat(6_000)}\u001b]0;${'t'.repeat(3_000)}`);
  const text = written.join('');
  assert.ok(text.includes(`${'x'.repeat(6_000)}${probe}\u001b[31m`));
  assert.ok(text.includes(`${'y'.repeat(6_000)}${probe}\u001b]0;ttt`));
});

test('what a terminal sends of a replay is dropped, also in the middle of a piece; what comes behind it is not', () => {
  const { valve, probes, lines } = makeValve();
  valve.hold();
  valve.push(`\u001b[5n${lines(0, 2_000)}\u001b[6n`);
  valve.release();
  assert.equal(valve.takeAnswers(`${probeAnswer.repeat(1 + probes())}\u001b[24;1R`), '');
  assert.equal(valve.takeAnswers(`typed too early${replayEndAnswer}typed`), 'typed');
  assert.equal(valve.takeAnswers('\u001b[24;1R'), '\u001b[24;1R');
});

test('a key reaches a program whose output the terminal catches up with; what the terminal reports of itself does not', () => {
  const { valve, written, catchUp, lines } = makeValve();
  for (let at = 0; at < 50_000; at += 100) valve.push(lines(at, at + 100));
  catchUp();
  assert.ok(written.at(-1)?.includes(replayEnd));
  for (const report of [
    '\u001b[24;1R',
    '\u001b[?1;2c',
    '\u001b]11;rgb:00/00/00\u001b\\',
    '\u001bP1$r0m\u001b\\',
  ]) {
    assert.equal(valve.takeAnswers(`${report}\u0003`), '\u0003');
  }
  for (const key of ['a', '\r', '\u001b[A', '\u001b[1;5C', '\u001bOP', '\u001b[200~pasted\u001b[201~']) {
    assert.equal(valve.takeAnswers(key), key);
  }
  valve.takeAnswers(replayEndAnswer);
  assert.equal(valve.takeAnswers('\u001b[24;1R'), '\u001b[24;1R');
});

test('a terminal that is the first to show a program answers what it asks', () => {
  const { valve, written } = makeValve(true);
  valve.hold();
  valve.push('\u001b[6n');
  valve.release();
  assert.equal(valve.takeAnswers('\u001b[1;1R'), '\u001b[1;1R');
  valve.restart();
  valve.release();
  assert.equal(written.at(-1), clear + replayEnd);
  assert.equal(valve.takeAnswers('\u001b[1;1R'), '');
});

test('the end of a replay is not put inside an open escape sequence, but behind every closed one', () => {
  for (const [closed, open] of [
    ['plain \u001b[6n', '\u001b[3'],
    ['query \u001b]11;?\u0007', ''],
    ['query \u001b]11;?\u001b\\', ''],
    ['text ', '\u001b]0;half a title'],
    ['text ', '\ud83d'],
  ] as const) {
    const { valve, written } = makeValve();
    valve.hold();
    valve.push(closed + open);
    valve.release();
    assert.deepEqual(written, [clear + closed + replayEnd + open]);
  }
});
