import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOutputTail, resultText } from '../../src/providers/command/resultText.ts';
import { createOutputBatch } from '../../src/providers/pty/outputBatch.ts';
import { makeHarness } from './commandHarness.ts';

const batchLength = 64 * 1024;

test('all output arrives, in order, in pieces of at most 64 k', async t => {
  const { start } = await makeHarness(t);
  const { turn, output, events } = start(['seq', '1', '200000']);
  assert.equal((await turn.ended).outcome, 'completed');
  const expected = Array.from({ length: 200_000 }, (_, n) => `${n + 1}\r\n`).join('');
  assert.ok(output() === expected, 'the output differs');
  assert.ok(events.every(event => event.type === 'output' && event.data.length <= batchLength));
});

test('nothing is lost when the host is busy while the program ends', async t => {
  const { start } = await makeHarness(t);
  // Longer than the 200 ms after which node-pty would give up reading.
  const block = setInterval(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250), 1);
  t.after(() => clearInterval(block));
  const { turn, output } = start(['seq', '1', '2000']);
  assert.equal((await turn.ended).outcome, 'completed');
  assert.match(output(), /\r\n2000\r\n$/);
});

test('a background writer does not keep a turn from ending', async t => {
  const { shell } = await makeHarness(t);
  const { turn } = shell('yes & echo started; exit 0');
  assert.equal((await turn.ended).outcome, 'completed');
});

test('characters cut by the pty come whole, and bytes that are none as U+FFFD', async t => {
  const { shell } = await makeHarness(t);
  const { turn, output } = shell("printf '\\342\\202'; sleep 0.1; printf '\\254 \\377 \\360\\237\\232\\200'");
  await turn.ended;
  assert.equal(output(), '\u20ac \uFFFD \u{1F680}');
});

test('a batch keeps output until it is opened, and never cuts a character', () => {
  const sent: string[] = [];
  const batch = createOutputBatch(data => sent.push(data));
  const text = `${'x'.repeat(batchLength - 1)}\u{1F680}end`;
  batch.add(text);
  assert.equal(sent.length, 0);
  batch.open();
  assert.deepEqual(
    sent.map(data => data.length),
    [batchLength - 1, 5],
  );
  assert.equal(sent.join(''), text);
  batch.add('more');
  batch.end();
  batch.end();
  assert.equal(sent.at(-1), 'more');
});

test('small pieces leave together after a moment', t => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const sent: string[] = [];
  const batch = createOutputBatch(data => sent.push(data));
  batch.open();
  batch.add('a');
  t.mock.timers.tick(9);
  batch.add('b');
  assert.deepEqual(sent, []);
  t.mock.timers.tick(1);
  assert.deepEqual(sent, ['ab']);
  t.mock.timers.tick(100);
  assert.deepEqual(sent, ['ab']);
});

test('a result is what a person would read', () => {
  assert.equal(resultText('\x1b[32mgreen\x1b[0m\r\n\x1b]0;title\x07done\r\n'), 'green\ndone');
  assert.equal(resultText('10%\r50%\r100%\r\nok\x07\r\n'), '100%\nok');
  assert.equal(resultText('\x1b[2J\r\n\r\n'), undefined);
  assert.equal(resultText(''), undefined);
  assert.equal(resultText('Grüße €\u{1F680}'), 'Grüße €\u{1F680}');
});

test('a result is at most 4 kB: whole last lines, or the end of one that is longer', () => {
  const lines = Array.from({ length: 1000 }, (_, n) => `line ${n}`);
  const text = resultText(lines.join('\r\n')) ?? '';
  assert.ok(Buffer.byteLength(text) <= 4096);
  assert.match(text, /^line \d+\n/);
  assert.match(text, /\nline 999$/);
  const long = resultText('€'.repeat(10_000)) ?? '';
  assert.match(long, /^€+$/);
  assert.ok(Buffer.byteLength(long) > 4000 && Buffer.byteLength(long) <= 4096);
});

test('the tail of long output begins with a whole line', () => {
  const tail = createOutputTail();
  for (let n = 0; n < 20_000; n++) tail.add(`\x1b[3${n % 8}mline ${n}\x1b[0m\r\n`);
  const text = tail.text() ?? '';
  assert.match(text, /^line \d+\n/);
  assert.match(text, /\nline 19999$/);
});
