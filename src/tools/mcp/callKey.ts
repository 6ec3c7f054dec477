import { createHash } from 'node:crypto';
import type { ToolName } from '../../contracts/tools.ts';
import { toolSchemas } from '../../contracts/tools.ts';

/** Under which names clients tell, in `_meta`, which call of their model this is; the protocol has no field for it. */
const names = ['claudecode/toolUseId', 'callId', 'itemId'] as const;

export interface NamedCall {
  readonly thread: string;
  readonly turnId: string | undefined;
  readonly tool: ToolName;
  readonly args: unknown;
  /** Of the request, as the client sent it. */
  readonly meta: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The arguments with a key by which a call that the client repeats is known as the same. The key holds the turn and
 * the arguments: ids of calls are unique to one conversation at best, and one call of a model may make several of ours.
 */
export function withCallKey(call: NamedCall): unknown {
  const { args, tool, turnId, thread, meta } = call;
  if (!('idempotency_key' in toolSchemas[tool].input.shape)) return args;
  if (typeof args !== 'object' || args === null || 'idempotency_key' in args) return args;
  const ids = names.map(name => meta?.[name]).filter(id => typeof id === 'string' && id !== '');
  if (turnId === undefined || ids.length === 0) return args;
  const parts = JSON.stringify([thread, turnId, tool, ids, args]);
  return {
    ...args,
    idempotency_key: `call-${createHash('sha256').update(parts).digest('hex').slice(0, 32)}`,
  };
}
