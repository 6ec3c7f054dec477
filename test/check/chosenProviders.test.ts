import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chosenProviders } from '../support/chosenProviders.ts';

test('a long run takes all providers unless some are named', () => {
  assert.deepEqual(chosenProviders(''), ['codex', 'claude_code', 'opencode']);
  assert.deepEqual(chosenProviders('codex'), ['codex']);
  assert.deepEqual(chosenProviders('opencode, codex'), ['codex', 'opencode']);
});

test('a provider that no long test knows is an error, never a run of nothing', () => {
  assert.throws(() => chosenProviders('codex,gemini'), /some of codex,claude_code,opencode, got `gemini`/);
});
