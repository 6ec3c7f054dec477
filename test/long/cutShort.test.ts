import { testCutShort } from '../host/cutShortTests.ts';
import { hostForFile } from '../host/hostForFile.ts';
import { chosenProviders } from '../support/chosenProviders.ts';

const host = hostForFile();
for (const provider of chosenProviders()) testCutShort(provider, host);
