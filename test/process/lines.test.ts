import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { readLines } from '../../src/providers/process/lines.ts';

async function linesOf(chunks: readonly (Buffer | string)[], maxLength?: number): Promise<readonly string[]> {
  const lines: string[] = [];
  const stream = Readable.from(
    chunks.map(chunk => Buffer.from(chunk)),
    { objectMode: false },
  );
  await readLines(stream, line => lines.push(line), maxLength === undefined ? {} : { maxLength });
  return lines;
}

test('lines end at LF or CRLF, wherever the chunks are cut, and the last needs no end', async () => {
  const text = Buffer.from('one\r\ntwo\n\nvier €\u{1F680}\r\nend');
  const expected = ['one', 'two', '', 'vier €\u{1F680}', 'end'];
  for (let size = 1; size <= text.length; size++) {
    const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, n) =>
      text.subarray(n * size, (n + 1) * size),
    );
    assert.deepEqual(await linesOf(chunks), expected, `chunks of ${size}`);
  }
  assert.deepEqual(await linesOf([]), []);
});

test('a carriage return inside a line, and U+2028, do not end it', async () => {
  assert.deepEqual(await linesOf(['a\rb\u2028c\n']), ['a\rb\u2028c']);
});

test('bytes that are not UTF-8 become replacement characters', async () => {
  assert.deepEqual(await linesOf([Buffer.from([0x61, 0xff, 0xe2, 0x82, 0x0a]), 'b']), ['a\uFFFD\uFFFD', 'b']);
});

test('a line of 100 MB in small pieces arrives whole', async () => {
  const piece = Buffer.alloc(64 * 1024, 'x');
  const lines: number[] = [];
  const pieces = (function* () {
    for (let n = 0; n < 1600; n++) yield piece;
    yield Buffer.from('\nnext\n');
  })();
  await readLines(Readable.from(pieces, { objectMode: false }), line => lines.push(line.length));
  assert.deepEqual(lines, [1600 * 64 * 1024, 4]);
});

test('a line over the limit is cut there and the next one is whole', async () => {
  assert.deepEqual(await linesOf(['abcdef', 'ghi\nxy\nabcd'], 4), ['abcd', 'xy', 'abcd']);
});

test('a stream that breaks ends the lines, with what had come', async () => {
  const lines: string[] = [];
  const stream = new Readable({ read: () => undefined });
  const done = readLines(stream, line => lines.push(line));
  stream.push('one\ntw');
  setImmediate(() => stream.destroy(new Error('cut')));
  await done;
  assert.deepEqual(lines, ['one', 'tw']);
});

test('what the reader throws comes back', async () => {
  const thrown = new Error('mine');
  const reading = readLines(Readable.from([Buffer.from('a\n')]), () => {
    throw thrown;
  });
  await assert.rejects(reading, thrown);
});
