import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import { terminalEnd } from '../../src/providers/pty/terminalEnd.ts';

test('how a terminal ends is how the turn ends', () => {
  const end = (code: number, more: object = {}) =>
    terminalEnd('Codex', {
      exit: { code, signal: undefined },
      failure: undefined,
      wasStopped: false,
      ...more,
    });
  assert.equal(end(0).outcome, 'completed');
  assert.partialDeepStrictEqual(end(1), {
    error: { message: 'The terminal of Codex ended with exit code 1.' },
  });
  assert.equal(end(0, { exit: { code: 0, signal: 'SIGKILL' } }).outcome, 'failed');
  assert.equal(end(0, { wasStopped: true }).outcome, 'interrupted');
  assert.partialDeepStrictEqual(end(0, { exit: { error: new Error('no') } }), { error: { message: 'no' } });
  // It was stopped for this, and what the host cancelled is no failure.
  const failure = new DockError('tools_unavailable', 'None.');
  assert.partialDeepStrictEqual(end(0, { wasStopped: true, failure }), { error: { code: failure.code } });
  assert.equal(end(1, { failure: new DockError('cancelled', 'No.') }).outcome, 'interrupted');
});
