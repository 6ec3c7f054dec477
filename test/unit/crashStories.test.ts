import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type StateChange, stateChangeSchema } from '../../src/contracts/journalEvent.ts';
import type { Story } from '../crash/scene.ts';
import { stories } from '../crash/story.ts';

/** Changes at which no story kills the host, each with the reason. */
const withoutStory: Readonly<Partial<Record<StateChange['type'], string>>> = {
  'turn.requeued': 'Only a recovery writes it; crashPoints and crashMatrix kill that one by itself.',
  'permission.refused': 'This version reads it and writes it no more.',
};

test('each change that the journal knows is written by a story of the crash matrix, or said to be left out', () => {
  const all: readonly Story[] = Object.values(stories);
  const written = new Set<string>(all.flatMap(({ writes }) => writes));
  const known = stateChangeSchema.options.map(({ shape }) => shape.type.value);
  for (const type of known) {
    const isLeftOut = withoutStory[type] !== undefined;
    assert.notEqual(written.has(type), isLeftOut, `${type}: write a story, or say why there is none`);
  }
});
