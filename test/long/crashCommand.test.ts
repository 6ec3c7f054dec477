import { before } from 'node:test';
import { testMatrix } from '../crash/matrix.ts';
import { type Dock, makeDock, wholeFile } from '../host/harness.ts';
import { chosenStories } from './chosenStories.ts';

// The crash matrix of programs in a pty, which needs no CLI.
const file = wholeFile();
let dock: Dock;
before(async () => {
  dock = await makeDock(file);
});

testMatrix('command', chosenStories(), () => dock);
