import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutputValve, probe, probeAnswer } from '../../src/terminals/outputValve.ts';

const clear = '\u001bc\u001b[3J';

function makeValve() {
  const written: string[] = [];
  const valve = new OutputValve({
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
  assert.ok(last.replaceAll(probe, '').endsWith('line 49999\r\n'));
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
  assert.deepEqual(written, [clear + lines(0, 100)]);
});

test('a restart shows nothing of before', () => {
  const { valve, written } = makeValve();
  valve.push('old\r\n');
  valve.restart();
  valve.push('new\r\n');
  valve.release();
  assert.deepEqual(written, ['old\r\n', `${clear}new\r\n`]);
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
