import { testNativeTerminals } from './nativeTests.ts';

// The drivers’ tests have each provider’s own terminal; the long tests have this story in each.
testNativeTerminals(['codex']);
