import { testNativeTerminals } from '../host/nativeTests.ts';
import { chosenProviders } from '../support/chosenProviders.ts';

testNativeTerminals(chosenProviders());
