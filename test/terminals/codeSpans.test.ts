import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodeSpans } from '../../src/terminals/codeSpans.ts';
import { plain } from './transcript.ts';

const code = (text: string) => `\u001b[36m${text}\u001b[0m`;

test('what stands between backticks has a colour, also in pieces', () => {
  const spans = new CodeSpans();
  assert.equal(spans.look('call `pay'), `call ${code('`')}${code('pay')}`);
  assert.equal(spans.look('(order)` once'), `${code('(order)')}${code('`')} once`);
});

test('a backtick alone colours no other line, and no character is lost', () => {
  const text = 'a ` b\nc `` d\n```js\nlet e;\n```\nf';
  const shown = new CodeSpans().look(text);
  assert.equal(plain(shown), text);
  assert.ok(shown.endsWith('\nf'), JSON.stringify(shown));
  assert.ok(shown.includes('\nc '), JSON.stringify(shown));
});
