import { DockError } from '../contracts/errors.ts';
import type { Thread } from '../contracts/thread.ts';
import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { madeBy } from '../core/callKeys.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { makeMessageId } from '../core/naming.ts';
import { runsInPty } from '../core/runsInPty.ts';
import { mayReach, parentOf, reachableThread, requireMode, requireNotCancelled } from './access.ts';
import { hadText, keyConflict, settledState } from './repeatedCall.ts';
import { fleet } from './reply.ts';
import type { ToolContext } from './toolContext.ts';

type Input = ToolInput<'send_message'>;

/** Puts a message into a thread's inbox; how it reaches the agent is the host's. A thread at rest starts a turn for it. */
export async function sendMessage(input: Input, context: ToolContext): Promise<ToolOutput<'send_message'>> {
  const key = input.idempotency_key;
  if (key === undefined) return send(input, context);
  return context.inTurn(`send:${input.thread_id}:${key}`, async () => {
    const first = madeBy(receiver(input, context).message_keys, key);
    if (first === undefined) return send(input, context);
    const isSame = await hadText(context.store, input.thread_id, first, input.text);
    if (!isSame) throw keyConflict(input.thread_id);
    return await reply(input, context, first, true);
  });
}

async function send(input: Input, context: ToolContext): Promise<ToolOutput<'send_message'>> {
  const thread = receiver(input, context);
  if (runsInPty(thread)) {
    throw new DockError(
      'invalid_arguments',
      `Thread ${thread.id} is a program: it reads keys, no messages.`,
      {
        hint: 'Type into its terminal.',
      },
    );
  }
  const from = parentOf(context);
  if (from?.id === thread.id) {
    throw new DockError('invalid_arguments', 'A thread cannot send a message to itself.');
  }
  // A message makes its receiver work: the same rights as starting it.
  if (mayReach(context, thread.id)) requireMode(context, thread.permission_mode);
  const text = await context.store.putText(input.text);
  const id = makeMessageId();
  requireNotCancelled(context);
  await context.store.commit([
    {
      thread: thread.id,
      change: {
        type: 'message.queued',
        message: {
          id,
          kind: 'message',
          origin: context.caller.kind,
          ...definedOnly({ from: from?.id }),
          when: input.when,
          text,
        },
        ...definedOnly({ idempotency_key: input.idempotency_key }),
      },
    },
  ]);
  return await reply(input, context, id, false);
}

/** What a caller may act on, and the thread that started it: a worker may write to its parent. */
function receiver(input: Input, context: ToolContext): Thread {
  const own = parentOf(context);
  const parent = own?.parent_id === undefined ? undefined : context.store.get(own.parent_id);
  return parent?.id === input.thread_id ? parent : reachableThread(context, input.thread_id);
}

async function reply(
  { thread_id }: Input,
  context: ToolContext,
  id: string,
  repeated: boolean,
): Promise<ToolOutput<'send_message'>> {
  const { store } = context;
  const held = store.get(thread_id)?.inbox.find(message => message.id === id);
  // Long settled messages are dropped from the inbox.
  const state = held?.state ?? (await settledState(store, thread_id, id));
  const reason = definedOnly({ reason: held?.reason });
  return { thread_id, message_id: id, state, ...reason, repeated, fleet: fleet(context) };
}
