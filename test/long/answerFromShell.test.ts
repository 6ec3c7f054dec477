import { testAnswersFromShell } from '../person/answerTests.ts';
import { chosenProviders } from '../support/chosenProviders.ts';

testAnswersFromShell(chosenProviders());
