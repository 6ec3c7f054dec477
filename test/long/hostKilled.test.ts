import { testHostKilled } from '../host/hostKilledTest.ts';
import { chosenProviders } from '../support/chosenProviders.ts';

for (const provider of chosenProviders()) testHostKilled(provider);
