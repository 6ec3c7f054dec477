import * as z from 'zod';
import { notificationSchemas } from '../contracts/rpc.ts';
import { type Thread, threadSchema, threadStateSchema } from '../contracts/thread.ts';

/** The fleet as any host sends it: a thread of a newer one that is not understood must not hide the others. */
export const wireFleetSchema = notificationSchemas.fleet.extend({
  threads: z.array(z.unknown()).transform(threads => threads.flatMap(thread => parseThread(thread) ?? [])),
});

const strangeSchema = z.looseObject({ state: z.string() });

/** A state that only a newer AgentDock knows is shown as paused, with its name as the reason. */
function parseThread(value: unknown): Thread | undefined {
  const parsed = threadSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const strange = strangeSchema.safeParse(value);
  if (!strange.success || threadStateSchema.safeParse(strange.data.state).success) return undefined;
  const reason = `The host says ${JSON.stringify(strange.data.state)}, which a newer AgentDock knows.`;
  return threadSchema.safeParse({ ...strange.data, state: 'paused', reason }).data;
}
