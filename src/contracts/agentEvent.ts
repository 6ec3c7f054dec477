import * as z from 'zod';
import { toolErrorSchema } from './errors.ts';
import { originSchema, timeSchema } from './ids.ts';
import { textRefSchema } from './text.ts';
import { usageSchema } from './usage.ts';

const item = {
  /** Joins the pieces and ends of one text, thought or tool call; unique within the turn. */
  item: z.string(),
};

/**
 * What an agent does, in one form for all providers. A driver yields these; the history keeps them.
 * `text` and `reasoning` come in pieces with the same `item`, to be joined in order.
 */
export const agentEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('prompt'), turn_id: z.string(), origin: originSchema, text: textRefSchema }),
  z.object({ type: z.literal('text'), ...item, text: z.string(), done: z.boolean().optional() }),
  z.object({ type: z.literal('reasoning'), ...item, text: z.string(), done: z.boolean().optional() }),
  z.object({
    type: z.literal('tool.started'),
    ...item,
    /** The provider's own name of the tool. */
    name: z.string(),
    /** One line for a person: the command, the path. */
    title: z.string(),
    input: textRefSchema.optional(),
  }),
  z.object({ type: z.literal('tool.progress'), ...item, text: z.string() }),
  z.object({
    type: z.literal('tool.ended'),
    ...item,
    status: z.enum(['completed', 'failed', 'declined', 'interrupted']),
    output: textRefSchema.optional(),
    exit_code: z.number().int().optional(),
    /** The model of a sub-agent has read the output, the thread's own has not. */
    in_sub_agent: z.boolean().optional(),
  }),
  z.object({ type: z.literal('file.changed'), path: z.string(), kind: z.enum(['add', 'update', 'delete']) }),
  z.object({ type: z.literal('usage'), usage: usageSchema }),
  /** An error the provider reported; `will_retry` when it goes on by itself. */
  z.object({ type: z.literal('error'), error: toolErrorSchema, will_retry: z.boolean() }),
  z.object({ type: z.literal('notice'), text: z.string() }),
  /** A message that reached a running turn. */
  z.object({ type: z.literal('steered'), text: textRefSchema }),
  /** Raw bytes of a program in a pty, as UTF-8 text. */
  z.object({ type: z.literal('output'), data: z.string() }),
  /** A line of a provider that did not parse. */
  z.object({ type: z.literal('unparsed'), line: textRefSchema }),
]);
export type AgentEvent = z.infer<typeof agentEventSchema>;
export type AgentEventType = AgentEvent['type'];

/**
 * One line of `history/<thread>.jsonl`: an agent event, or a copy of a state change under its number.
 * Loose on purpose: a reader keeps what it does not know.
 */
export const historyEventSchema = z.looseObject({
  seq: z.number().int(),
  at: timeSchema,
  turn_id: z.string().optional(),
  type: z.string(),
});
export type HistoryEvent = z.infer<typeof historyEventSchema>;
