import * as z from 'zod';
import { originSchema, threadIdSchema, timeSchema } from './ids.ts';
import { seenSchema, toldResultSchema } from './report.ts';
import { textRefSchema } from './text.ts';

/** Stands in the text that reaches the model, so that the provider's own transcript tells whether it arrived. */
export const messageIdSchema = z
  .string()
  .regex(/^msg-[a-z0-9]{10}$/, 'Expected a message id such as `msg-4f2k9xq7ab`');

/**
 * `message`: somebody's words. `answer`: the answer to a question the thread asked before it ended its turn.
 * `child_ended`, `child_waits`: news of a thread it started. `undelivered`: news of what it sent to one.
 */
export const messageKinds = ['message', 'answer', 'child_ended', 'child_waits', 'undelivered'] as const;
export const messageKindSchema = z.enum(messageKinds);

/**
 * `now`: reaches a running turn, where the provider can take it; else at the turn's end. `turn_end`: with a turn of
 * its own. A thread at rest starts a turn for either.
 */
export const messageTimingSchema = z.enum(['now', 'turn_end']);

/**
 * `sending`: may have left, and nobody has said that it arrived. `delivered`: the provider has taken it.
 * `acknowledged`: the model went on with it. `failed`: it did not arrive, and is not sent again. `unknown`: whether it
 * arrived cannot be told; never sent again.
 */
export const messageStates = ['queued', 'sending', 'delivered', 'acknowledged', 'failed', 'unknown'] as const;
export const messageStateSchema = z.enum(messageStates);
export type MessageState = z.infer<typeof messageStateSchema>;

/** One entry of a thread's inbox: what reaches an agent beside the prompts of its turns. */
export const messageSchema = z.object({
  id: messageIdSchema,
  kind: messageKindSchema,
  /** Who wrote it. */
  origin: originSchema,
  /** The thread it comes from or is about; absent where the person wrote it, or an agent that is no thread. */
  from: threadIdSchema.optional(),
  when: messageTimingSchema,
  text: textRefSchema,
  /** The request it answers or tells of. */
  request_id: z.string().optional(),
  /** How the child's turn ended, or what it waits for. */
  outcome: z.string().optional(),
  /** What the child reported in the turn that ended. */
  result: toldResultSchema.optional(),
  /** What AgentDock saw of that turn. */
  seen: seenSchema.optional(),
  /** Older ends of the child's turns that it stands for, as counts of their outcomes. */
  earlier: z.record(z.string(), z.number().int()).optional(),
  state: messageStateSchema,
  /** Why it failed, why nobody knows, or why it still waits. */
  reason: z.string().optional(),
  /** The turn that brings it or took it. */
  turn_id: z.string().optional(),
  /**
   * Came with the reply to a tool call: delivered once the provider shows it in the result of the call. A further call
   * proves nothing, since the model may have made both in one message, before it saw either reply.
   */
  with_reply: z.boolean().optional(),
  /** Delivered, but its turn was cut: whether the provider had written it down is still to be looked up. */
  cut: z.boolean().optional(),
  /** Turns that were to bring it and ended before their prompt left, and cancels that came before it was brought. */
  attempts: z.number().int(),
  /** Turns that failed or were cancelled, may have brought it and, as the transcript says, did not. */
  lost: z.number().int().default(0),
  queued_at: timeSchema,
  /** Journal number of the queueing: the order in the inbox. */
  queued_gseq: z.number().int(),
});
export type Message = z.infer<typeof messageSchema>;
