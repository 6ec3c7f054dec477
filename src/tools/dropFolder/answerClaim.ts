import { DockError, toToolError } from '../../contracts/errors.ts';
import type { ToolReply } from '../../contracts/tools.ts';
import { callTool } from '../callTool.ts';
import { fleet } from '../reply.ts';
import type { Caller, ToolContext, ToolHost } from '../toolContext.ts';
import type { Claims, KeptClaim } from './claims.ts';
import { requireDropRights } from './dropRights.ts';
import { keyedCall } from './keyedCall.ts';
import { parseRequest, type RequestedCall } from './readRequest.ts';

/** What a claim is: a call that may be made, something that was refused, or a call that has its answer already. */
export type Judged =
  | { readonly kind: 'call'; readonly call: RequestedCall }
  | { readonly kind: 'refused'; readonly error: DockError }
  | { readonly kind: 'answered' };

/** From here on the call stands, in a copy that nobody else can change. Throws what the disk says. */
export async function judgeClaim(claims: Claims, claim: KeptClaim, hasRoom: () => boolean): Promise<Judged> {
  if (claim.stages.has('outcome')) return { kind: 'answered' };
  try {
    if (claim.stages.has('call'))
      return { kind: 'call', call: parseRequest(await claims.read(claim, 'call')) };
    const bytes = await claims.read(claim, 'claimed');
    const call = parseRequest(bytes);
    if (!hasRoom()) {
      throw new DockError('rate_limited', 'Too many requests came within a short time.', {
        hint: 'Wait a moment, then rename NAME.json.refused to NAME.json, or write it again.',
      });
    }
    await claims.keepCall(claim, bytes);
    return { kind: 'call', call };
  } catch (error) {
    if (error instanceof DockError) return { kind: 'refused', error };
    throw error;
  }
}

/** Whoever can write into the workspace: an agent for all we know, and of no thread that shows. */
const caller: Caller = {
  kind: 'agent',
  place: 'outside',
  why: 'a file in .agentdock/requests may be anybody’s',
};

/**
 * Makes the call. Undefined where the state could not take it, or the host ends: the claim stays for another try.
 * `isRepeat`: an earlier try may have had its effect.
 */
export async function answerCall(
  call: RequestedCall,
  claim: KeptClaim,
  tools: ToolHost,
  { isRepeat, signal }: { readonly isRepeat: boolean; readonly signal: AbortSignal },
): Promise<ToolReply | undefined> {
  try {
    requireDropRights(call, tools);
  } catch (error) {
    return { ok: false, error: toToolError(error) };
  }
  // Nobody would tell a wait that begins after the abort.
  if (signal.aborted) return undefined;
  const context: ToolContext = { ...tools, caller, signal, mayHoldSlot: true };
  const { tool, args } = keyedCall(call, claim.id);
  const reply = await callTool(tool, args, context);
  if (reply.ok) return reply;
  if (reply.error.code === 'storage_unavailable' || signal.aborted) return undefined;
  // A cancel that is done again finds nothing left to cancel: that is what it was for.
  if (isRepeat && tool === 'cancel_thread' && reply.error.code === 'conflict') {
    return { ok: true, result: restOf(String(args['thread_id']), context) };
  }
  return reply;
}

function restOf(id: string, context: ToolContext): object {
  return { thread_id: id, state: context.store.get(id)?.state, fleet: fleet(context) };
}
