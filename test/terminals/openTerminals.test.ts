import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlaceMemory, placesInTabs, type TerminalPlace } from '../../src/terminals/openTerminals.ts';

function place(thread: string, name: string, column = 1): TerminalPlace {
  return { folder: 'file:///w', thread, name, column, isOnTop: false, isProgram: false, isNative: false };
}

test('places follow the tabs: their order, their group, which is on top', () => {
  const places = placesInTabs(
    [place('thread-aaa', 'alpha'), place('thread-bbb', 'beta')],
    [
      { label: 'README.md', column: 1, isActive: false },
      { label: 'beta', column: 1, isActive: true },
      { label: 'alpha', column: 2, isActive: true },
    ],
  );
  assert.deepEqual(
    places.map(({ name, column, isOnTop }) => [name, column, isOnTop]),
    [
      ['beta', 1, true],
      ['alpha', 2, true],
    ],
  );
});

test('two terminals of one name both keep a place', () => {
  const places = placesInTabs(
    [place('thread-aaa', 'same'), place('thread-bbb', 'same')],
    [
      { label: 'same', column: 1, isActive: false },
      { label: 'same', column: 2, isActive: true },
    ],
  );
  assert.deepEqual(
    places.map(({ thread, column }) => [thread, column]),
    [
      ['thread-aaa', 1],
      ['thread-bbb', 2],
    ],
  );
});

test('a terminal without a tab keeps its place', () => {
  assert.deepEqual(placesInTabs([place('thread-aaa', 'alpha', 3)], []), [place('thread-aaa', 'alpha', 3)]);
});

function makeMemory(first?: unknown) {
  let value = first;
  const memory = new PlaceMemory({
    get: () => value,
    update: async (_key, next) => {
      value = next;
    },
  });
  return { memory, stored: () => value };
}

test('what was stored by others is not trusted', () => {
  assert.deepEqual(makeMemory().memory.read(), []);
  assert.deepEqual(makeMemory([{ ...place('thread-aaa', 'a'), thread: '../../etc' }]).memory.read(), []);
  assert.deepEqual(makeMemory([place('thread-aaa', 'a')]).memory.read(), [place('thread-aaa', 'a')]);
});

test('a window that goes down keeps all its places, however it closes its terminals', () => {
  const { memory, stored } = makeMemory();
  const both = [place('thread-aaa', 'alpha'), place('thread-bbb', 'beta')];
  memory.keep(both);
  memory.freeze();
  memory.keep(both.slice(1));
  memory.keep([]);
  assert.deepEqual(stored(), both);
});
