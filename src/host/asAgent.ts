import type { AgentCaller, Caller } from '../tools/toolContext.ts';

/** Who asks when a client says that an agent of its own does: never the person, and never more than the client is. */
export function asAgent(caller: Caller): AgentCaller {
  if (caller.kind === 'agent') return caller;
  return { kind: 'agent', place: 'outside', why: 'VS Code’s own agent asks' };
}
