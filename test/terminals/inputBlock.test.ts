import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayWidth } from '../../src/terminals/displayWidth.ts';
import { InputBlock } from '../../src/terminals/inputBlock.ts';
import { plain } from './transcript.ts';

function draw(text: string, beforeCursor: string, columns: number): string {
  return plain(new InputBlock().draw({ text, beforeCursor, placeholder: 'Type here' }, columns));
}

test('breaks rows itself and leaves the cursor where the next character goes', () => {
  assert.equal(draw('abcdefghij', 'abcdefghij', 10), '❯ abcdefg\n  hij\r\u001b[5C');
  assert.equal(draw('abcdefghij', 'ab', 10), '❯ abcdefg\n  hij\u001b[1A\r\u001b[4C');
});

test('wide characters take two columns and are not cut in half', () => {
  assert.equal(draw('日本語日本', '日本語日本', 10), '❯ 日本語\n  日本\r\u001b[6C');
  assert.equal(displayWidth('e\u0301日👍a\u200b'), 6);
});

test('an empty line shows what can be typed, cut to the width', () => {
  assert.equal(draw('', '', 40), '❯ Type here\r\u001b[2C');
  assert.equal(draw('', '', 10), '❯ Type h…\r\u001b[2C');
});

test('a long text shows eight rows around the cursor', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\n');
  const shown = draw(lines, lines, 40);
  assert.equal(shown.split('\n').length, 8);
  assert.ok(shown.includes('line 29') && !shown.includes('line 21\n'));
});

test('what would steer the terminal is drawn as a sign of one column each', () => {
  const pasted = 'a\u001b[2J\u202eb\u009b\u0000\u007f\r';
  assert.equal(draw(pasted, pasted, 40), '❯ a␛[2J\ufffdb\ufffd␀␡␍\r\u001b[13C');
  assert.equal(draw(pasted, 'a\u001b[', 40), '❯ a␛[2J\ufffdb\ufffd␀␡␍\r\u001b[5C');
  assert.equal(
    draw('\u001b\u001b\u001b\u001b\u001b\u001b\u001b\u001b', 'x', 10),
    '❯ ␛␛␛␛␛␛␛\n  ␛\u001b[1A\r\u001b[3C',
  );
});

test('erasing goes back to the first row, also after the terminal became narrower', () => {
  const block = new InputBlock();
  block.draw({ text: 'a\nb\nc', beforeCursor: 'a\nb\nc', placeholder: '' }, 40);
  assert.equal(block.erase(40), '\r\u001b[2A\u001b[J');
  assert.equal(block.erase(40), '');
  block.draw({ text: `${'x'.repeat(30)}\nb`, beforeCursor: `${'x'.repeat(30)}\nb`, placeholder: '' }, 40);
  assert.equal(block.erase(20), '\r\u001b[2A\u001b[J');
});

test('a line that answers something stands apart, and its free row goes with it', () => {
  const block = new InputBlock();
  const drawn = block.draw({ text: 'y', beforeCursor: 'y', placeholder: '', isApart: true }, 40);
  assert.ok(drawn.startsWith('\r\n'), JSON.stringify(drawn));
  assert.equal(block.erase(40), '\r\u001b[1A\u001b[J');
});
