import { hostForFile } from '../host/hostOfFile.ts';
import { testPrompts } from '../host/promptTests.ts';
import { chosenProviders } from '../support/chosenProviders.ts';

const host = hostForFile();
for (const provider of chosenProviders()) testPrompts(provider, host);
