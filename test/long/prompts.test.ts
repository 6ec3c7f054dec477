import { hostForFile } from '../host/hostForFile.ts';
import { testPrompts } from '../host/promptTests.ts';
import { chosenProviders } from '../support/chosenProviders.ts';

const host = hostForFile();
for (const provider of chosenProviders()) testPrompts(provider, host);
