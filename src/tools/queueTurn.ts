import { randomUUID } from 'node:crypto';
import type { ThreadId } from '../contracts/ids.ts';
import type { ToolOutput } from '../contracts/tools.ts';
import { madeBy } from '../core/callKeys.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { makeTurnId } from '../core/naming.ts';
import { reachableThread, requireMode, requireNotCancelled } from './access.ts';
import { cancelWithParent } from './cancelThread.ts';
import { closedQuestions } from './closedQuestions.ts';
import { isTurnOf, keyConflict, queuedTurn } from './repeatedCall.ts';
import { started } from './reply.ts';
import type { ToolContext } from './toolContext.ts';

export interface NextTurn {
  readonly thread_id: ThreadId;
  readonly prompt: string;
  readonly native?: boolean;
  readonly idempotency_key?: string | undefined;
}

/** Queues the next turn of a thread; a repeat with the same key gives the turn of the first call. */
export async function queueOnce(next: NextTurn, context: ToolContext): Promise<ToolOutput<'resume_thread'>> {
  const { thread_id, idempotency_key: key } = next;
  if (key === undefined) return queueTurn(next, context);
  return context.inTurn(`resume:${thread_id}:${key}`, async () => {
    const first = madeBy(reachableThread(context, thread_id).turn_keys, key);
    if (first === undefined) return queueTurn(next, context);
    const turn = await queuedTurn(context.store, thread_id, first);
    if (!isTurnOf(turn, next)) throw keyConflict(thread_id);
    return started(context, thread_id, first, true);
  });
}

async function queueTurn(next: NextTurn, context: ToolContext): Promise<ToolOutput<'resume_thread'>> {
  const thread = reachableThread(context, next.thread_id);
  requireMode(context, thread.permission_mode);
  const prompt = await context.store.putText(next.prompt);
  const turnId = makeTurnId();
  requireNotCancelled(context);
  await context.store.commit([
    ...closedQuestions(
      thread,
      thread.requests.filter(({ detached }) => detached),
    ),
    {
      thread: thread.id,
      change: {
        type: 'turn.queued',
        turn_id: turnId,
        origin: context.caller.kind,
        prompt,
        message_id: randomUUID(),
        ...definedOnly({ idempotency_key: next.idempotency_key, native: next.native }),
      },
    },
  ]);
  await cancelWithParent(thread.id, context);
  context.pump();
  return started(context, thread.id, turnId, false);
}
