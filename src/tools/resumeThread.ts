import { randomUUID } from 'node:crypto';
import type { Thread } from '../contracts/thread.ts';
import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { madeBy } from '../core/callKeys.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { makeTurnId } from '../core/naming.ts';
import type { ThreadChange } from '../store/journal.ts';
import { reachableThread, requireMode, requireNotCancelled } from './access.ts';
import { cancelWithParent } from './cancelThread.ts';
import { hasPrompt, keyConflict, queuedTurn } from './repeatedCall.ts';
import { started } from './reply.ts';
import type { ToolContext } from './toolContext.ts';

type Input = ToolInput<'resume_thread'>;

/** Queues the next turn in the thread's own session; on a busy thread it waits behind the running turn. */
export async function resumeThread(input: Input, context: ToolContext): Promise<ToolOutput<'resume_thread'>> {
  const key = input.idempotency_key;
  if (key === undefined) return queueTurn(input, context);
  return context.inTurn(`resume:${input.thread_id}:${key}`, async () => {
    const first = madeBy(reachableThread(context, input.thread_id).turn_keys, key);
    if (first === undefined) return queueTurn(input, context);
    const turn = await queuedTurn(context.store, input.thread_id, first);
    if (!hasPrompt(turn, input.additional_prompt)) throw keyConflict(input.thread_id);
    return started(context, input.thread_id, first, true);
  });
}

async function queueTurn(input: Input, context: ToolContext): Promise<ToolOutput<'resume_thread'>> {
  const thread = reachableThread(context, input.thread_id);
  requireMode(context, thread.permission_mode);
  const prompt = await context.store.putText(input.additional_prompt);
  const turnId = makeTurnId();
  requireNotCancelled(context);
  await context.store.commit([
    ...closedQuestions(thread),
    {
      thread: thread.id,
      change: {
        type: 'turn.queued',
        turn_id: turnId,
        origin: context.caller.kind,
        prompt,
        message_id: randomUUID(),
        ...definedOnly({ idempotency_key: input.idempotency_key }),
      },
    },
  ]);
  await cancelWithParent(thread.id, context);
  context.pump();
  return started(context, thread.id, turnId, false);
}

/** A thread that ended its turn with a question has its answer in the next prompt. */
function closedQuestions({ id, turn, requests }: Thread): ThreadChange[] {
  if (turn !== undefined) return [];
  const reason = 'The thread got another prompt instead.';
  return requests.map(request => ({
    thread: id,
    change: { type: 'request.closed', request_id: request.id, reason },
  }));
}
