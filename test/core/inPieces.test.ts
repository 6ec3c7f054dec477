import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentEvent } from '../../src/contracts/agentEvent.ts';
import { inlineTextLimit } from '../../src/contracts/text.ts';
import { inPieces } from '../../src/core/inPieces.ts';

test('a text of any length becomes pieces of a bounded length that joined are the same, with no character in two', () => {
  for (const text of ['', 'short', '𝒜'.repeat(inlineTextLimit), `a${'𝒜'.repeat(inlineTextLimit)}`]) {
    const pieces = inPieces({ type: 'text', item: 'one', text, done: true });
    const texts = pieces.map(piece => (piece.type === 'text' ? piece.text : ''));
    assert.equal(texts.join(''), text);
    assert.ok(texts.every(piece => piece.length <= inlineTextLimit && piece.isWellFormed()));
    assert.deepEqual(
      pieces.map(piece => piece.type === 'text' && piece.done === true),
      pieces.map((_, index) => index === pieces.length - 1),
    );
  }
});

test('a short event, and one whose text has a side file, stays one', () => {
  const long = 'x'.repeat(3 * inlineTextLimit);
  const steered: AgentEvent = { type: 'steered', text: { text: long } };
  assert.deepEqual(inPieces(steered), [steered]);
  const output: AgentEvent = { type: 'output', data: 'short' };
  assert.deepEqual(inPieces(output), [output]);
  assert.equal(inPieces({ type: 'output', data: long }).length, 3);
  assert.equal(inPieces({ type: 'tool.progress', item: 'one', text: long }).length, 3);
});
