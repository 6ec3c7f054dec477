import { testHostKilled } from './hostKilledTest.ts';

// The crash points have each provider; the long tests have this one on each.
testHostKilled('codex');
