import { type ThreadId, threadIdSchema } from '../contracts/ids.ts';
import { agentMarks, threadMark } from '../core/agentMarks.ts';

/** What a client says of itself: the marks of an agent in its environment, and the thread if it is one of ours. */
export function callerMarks(environment: Readonly<Record<string, string | undefined>>): {
  marks: string[];
  thread?: ThreadId;
} {
  const thread = threadIdSchema.safeParse(environment[threadMark]);
  return { marks: agentMarks(environment), ...(thread.success ? { thread: thread.data } : {}) };
}
