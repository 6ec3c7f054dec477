import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pastedText, whyNotPasted } from '../../src/providers/pty/pastedText.ts';

test('a prompt that a paste would change is refused with the reason', () => {
  for (const [prompt, why] of [
    ['/compact now', /begins with `\/`/],
    ['/nonsense', /begins with `\/`/],
    ['/', /begins with `\/`/],
    ['!touch bang', /begins with `!`/],
    ['#remember this', /begins with `#`/],
    ['@made.txt', /begins with `@`/],
    ['  /clear', /begins with `\/`/],
    ['exit', /command/],
    [':q', /command/],
    ['a line\n', /white space/],
    ['a line ', /white space/],
    ['C:\\', /backslash/],
    ['one\ttwo', /tabs/],
    ['e\u0301', /decomposed/],
    ['one\r\ntwo', /carriage returns/],
    ['one\rtwo', /carriage returns/],
    ['an \u001b[201~ end', /control characters/],
    ['delete \u007f', /control characters/],
    ['C1 \u009b31m', /control characters/],
    ['x'.repeat(2 * 1024 * 1024), /longer than/],
  ] as const) {
    assert.match(whyNotPasted(prompt) ?? '', why, JSON.stringify(prompt.slice(0, 40)));
  }
});

test('an ordinary prompt is pasted as it is', () => {
  for (const prompt of [
    '',
    '-p --help',
    'clear',
    'exit now',

    '  Look at /tmp.\n  Then #2 & @x!',
    '\u{1F680} ÅÄÖ\u200b\u202e.',
    'x'.repeat(90_000),
  ]) {
    assert.equal(whyNotPasted(prompt), undefined);
    assert.equal(pastedText(prompt), prompt);
  }
});

test('whatever is not refused is pasted byte for byte', () => {
  const unit = fc.oneof(
    fc.constantFrom(
      '/',
      '!',
      '#',
      '@',
      ' ',
      '\t',
      '\n',
      '\r',
      '\u001b',
      '\u007f',
      '\u0085',
      '\u00a0',
      '\ufeff',
    ),
    fc.string({ unit: 'binary', maxLength: 3 }),
  );
  const text = fc.array(unit, { maxLength: 6 }).map(parts => parts.join(''));
  fc.assert(
    fc.property(text, prompt => whyNotPasted(prompt) !== undefined || pastedText(prompt) === prompt),
    { numRuns: 500 },
  );
});
