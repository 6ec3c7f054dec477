import { before } from 'node:test';
import { testMatrix } from '../crash/matrix.ts';
import { type Dock, makeDock, wholeFile } from '../host/harness.ts';
import { chosenProviders } from '../support/chosenProviders.ts';
import { chosenStories } from './chosenStories.ts';

// One workspace through all of it: what one crash leaves must not hurt the next start either.
const file = wholeFile();
let dock: Dock;
before(async () => {
  dock = await makeDock(file);
});

for (const provider of chosenProviders()) testMatrix(provider, chosenStories(), () => dock);
