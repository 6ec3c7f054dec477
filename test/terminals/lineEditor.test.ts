import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseKeys } from '../../src/terminals/keys.ts';
import { LineEditor } from '../../src/terminals/lineEditor.ts';

function makeEditor() {
  const editor = new LineEditor();
  const type = (data: string) => parseKeys(data).map(key => editor.handle(key));
  /** The text with `|` where the cursor is. */
  const shown = () => `${editor.beforeCursor}|${editor.text.slice(editor.beforeCursor.length)}`;
  return { editor, type, shown };
}

test('keys edit at the cursor', () => {
  const { type, shown } = makeEditor();
  type('hello wrld\u001b[D\u001b[D\u001b[Do');
  assert.equal(shown(), 'hello wo|rld');
  type('\u001b[H\u001b[3~H\u001b[F!\u007f');
  assert.equal(shown(), 'Hello world|');
  type('\u0017');
  assert.equal(shown(), 'Hello |');
  type('\u0015');
  assert.equal(shown(), '|');
});

test('one backspace removes what looks like one character', () => {
  const { type, shown } = makeEditor();
  type('a👩‍👩‍👧e\u0301\u007f\u007f');
  assert.equal(shown(), 'a|');
});

test('word moves stop at words', () => {
  const { type, shown } = makeEditor();
  type('fix src/über.ts now\u001b[1;5D\u001b[1;5D');
  assert.equal(shown(), 'fix src/über.|ts now');
  type('\u001bf\u001bf');
  assert.equal(shown(), 'fix src/über.ts now|');
});

test('Enter sends the text and empties the line; white space is not sent', () => {
  const { editor, type } = makeEditor();
  assert.deepEqual(type('go\r').at(-1), { kind: 'submit', text: 'go' });
  assert.ok(editor.isEmpty);
  assert.deepEqual(type('  \r').at(-1), { kind: 'none' });
});

test('a pasted text keeps its lines and is not sent', () => {
  const { type, shown } = makeEditor();
  const edits = type('say: \u001b[200~one\r\ntwo\rthree\u001b[201~');
  assert.equal(shown(), 'say: one\ntwo\nthree|');
  assert.ok(edits.every(edit => edit.kind === 'none'));
});

test('a pasted text is sent as it is: colours, controls, NUL and the marks of right-to-left texts', () => {
  const { type } = makeEditor();
  const pasted = '\u202babc\u202c \u2067x\u2069 \u001b[31mred\u001b[0m \u0000\u0007\u009b2J\u0085\u007f\tend';
  type(`\u001b[200~${pasted}\u001b[201~`);
  assert.deepEqual(type('\r').at(-1), { kind: 'submit', text: pasted });
});

test('Alt+Enter makes a line; Up and Down move between lines first', () => {
  const { type, shown } = makeEditor();
  type('older\r');
  type('first\u001b\rsecond\u001b[A');
  assert.equal(shown(), 'first|\nsecond');
  type('\u001b[B');
  assert.equal(shown(), 'first\nsecon|d');
  type('\u001b[A\u001b[A');
  assert.equal(shown(), 'older|');
});

test('Up and Down go through what was sent and come back to the draft', () => {
  const { type, shown } = makeEditor();
  type('one\rtwo\rdraft\u001b[A\u001b[A');
  assert.equal(shown(), 'one|');
  type('\u001b[A\u001b[B\u001b[B');
  assert.equal(shown(), 'draft|');
});

test('Ctrl+C empties a line; on an empty one it is an interrupt', () => {
  const { type, shown } = makeEditor();
  assert.deepEqual(type('half\u0003').at(-1), { kind: 'none' });
  assert.equal(shown(), '|');
  assert.deepEqual(type('\u0003').at(-1), { kind: 'interrupt' });
});

test('unknown sequences and other controls change nothing', () => {
  const { type, shown } = makeEditor();
  type('a\u001b[15~\u001b[<0;1;1M\u0007\u001b');
  assert.equal(shown(), 'a|');
});
