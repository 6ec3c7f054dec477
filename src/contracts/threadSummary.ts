import * as z from 'zod';
import { questionSchema, requestIdSchema } from './agentRequest.ts';
import { toolErrorSchema } from './errors.ts';
import { providerIdSchema, roleSchema, threadIdSchema, timeSchema } from './ids.ts';
import { permissionModeSchema, threadStateSchema } from './thread.ts';

/** What a thread waits for. Long texts are cut; the `request.opened` of its transcript has all of them. */
const openRequestSchema = z.object({
  request_id: requestIdSchema,
  kind: z.enum(['permission', 'question']),
  title: z.string(),
  tool: z.string().optional(),
  detail: z.string(),
  /** The change it would make, as a unified diff. */
  diff: z.string().optional(),
  /** Whether any of the texts is cut. */
  truncated: z.boolean(),
  /** Whether *allow for this thread* can be answered. */
  can_allow_thread: z.boolean(),
  questions: z.array(questionSchema),
  opened_at: timeSchema,
});

export const threadSummarySchema = z.object({
  thread_id: threadIdSchema,
  parent_id: threadIdSchema.optional(),
  role: roleSchema,
  provider: providerIdSchema,
  task_name: z.string(),
  state: threadStateSchema,
  /** Its provider's own terminal is open, and its agent waits there for its person. */
  rests_in_terminal: z.literal(true).optional(),
  reason: z.string().optional(),
  since: timeSchema,
  permission_mode: permissionModeSchema,
  working_dir: z.string(),
  session_id: z.string().optional(),
  /** 1 is next; absent when nothing waits. */
  queue_position: z.number().int().optional(),
  /** Prompts that wait behind the running turn or for a slot. */
  queued_turns: z.number().int(),
  turns_ended: z.number().int(),
  /** Oldest first; empty when it waits for nobody. */
  requests: z.array(openRequestSchema),
  /** Messages to it that have not reached it yet. */
  queued_messages: z.number().int(),
  error: toolErrorSchema.optional(),
  created_at: timeSchema,
  updated_at: timeSchema,
});
export type ThreadSummary = z.infer<typeof threadSummarySchema>;

/** One short line on the fleet in every reply. */
export const fleetSchema = z.object({
  /** Who waits for other threads holds no slot and is not among them. */
  running: z.number().int(),
  queued: z.number().int(),
  waiting: z.number().int(),
  capacity: z.number().int(),
});
export type Fleet = z.infer<typeof fleetSchema>;
