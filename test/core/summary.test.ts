import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summarize } from '../../src/core/summary.ts';
import { makeThread, makeTurn } from './makeThread.ts';

test('a summary tells who works in a terminal from who waits there for a person', () => {
  const inTerminal = (rests: boolean) =>
    makeThread({ id: 'thread-a', state: 'running', turn: makeTurn({ id: 't', native: true, rests }) });
  assert.equal(summarize(inTerminal(true), undefined).rests_in_terminal, true);
  assert.equal('rests_in_terminal' in summarize(inTerminal(false), undefined), false);
});
