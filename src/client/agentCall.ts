import { randomUUID } from 'node:crypto';
import { DockError } from '../contracts/errors.ts';
import type { RequestResult } from '../contracts/rpc.ts';
import type { ToolName, ToolReply } from '../contracts/tools.ts';
import { onlyLooks, takesKey } from '../core/outsideTools.ts';

interface Connection {
  connected(): Promise<unknown>;
  make(args: unknown): Promise<RequestResult<'agent_call'>>;
}

/**
 * One call of an agent of the client's. A host that died in the midst of it may have done it: so it is made once more
 * where that does nothing new, and else its agent is told to look first. The agent's own next call is another one.
 */
export async function agentCall(
  tool: ToolName,
  args: unknown,
  { connected, make }: Connection,
): Promise<ToolReply> {
  // What fails here has not left.
  await connected();
  const keyed = withKey(tool, args);
  const reply = await makeOnce(tool, () => make(keyed));
  return reply.ok ? { ok: true, result: reply.result } : reply;
}

async function makeOnce<Reply>(tool: ToolName, make: () => Promise<Reply>): Promise<Reply> {
  try {
    return await make();
  } catch (error) {
    if (!isBrokenOff(error)) throw error;
    if (!takesKey(tool) && !onlyLooks(tool)) throw uncertain(error);
    return await make().catch((again: unknown) => {
      // Taken back, it is no error.
      const isError = again instanceof DockError && again.code !== 'cancelled';
      throw isError && takesKey(tool) ? uncertain(again) : again;
    });
  }
}

function withKey(tool: ToolName, args: unknown): unknown {
  if (!takesKey(tool) || typeof args !== 'object' || args === null || 'idempotency_key' in args) return args;
  return { ...args, idempotency_key: `call-${randomUUID()}` };
}

function isBrokenOff(error: unknown): error is DockError {
  return error instanceof DockError && error.code === 'upstream_unavailable';
}

function uncertain(cause: DockError): DockError {
  const look = 'It may have been done all the same: look at list_threads before you call it again.';
  const hint = cause.hint === undefined ? look : `${cause.hint} ${look}`;
  return new DockError(cause.code, cause.message, { cause, hint, retryable: cause.retryable });
}
