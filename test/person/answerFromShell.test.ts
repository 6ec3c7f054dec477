import { testAnswersFromShell } from './answerTests.ts';

// Who is an agent is tested on each provider in insideAgents.test.ts; the long tests have this on each.
testAnswersFromShell(['claude_code']);
