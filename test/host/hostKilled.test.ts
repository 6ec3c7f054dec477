import { testHostKilled } from './hostKilledTests.ts';

// The crash points have one of the others each; the long tests have this on each.
testHostKilled('codex');
