import * as z from 'zod';
import { agentEventSchema, type HistoryEvent } from '../contracts/agentEvent.ts';
import { stateChangeSchema } from '../contracts/journalEvent.ts';

const bodySchema = z.discriminatedUnion('type', [...agentEventSchema.options, ...stateChangeSchema.options]);

/** What a line of a history says, in the words of the contracts. */
export type TranscriptEvent = z.infer<typeof bodySchema>;

/** Undefined for an event of a newer host, or one that does not parse: a viewer passes over it. */
export function readEvent(event: HistoryEvent): TranscriptEvent | undefined {
  const parsed = bodySchema.safeParse(event);
  return parsed.success ? parsed.data : undefined;
}
