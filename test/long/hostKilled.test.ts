import { testHostKilled } from '../host/hostKilledTests.ts';
import { chosenProviders } from '../support/chosenProviders.ts';

for (const provider of chosenProviders()) testHostKilled(provider);
