import * as z from 'zod';
import { agentRequestSchema, permissionRuleSchema } from './agentRequest.ts';
import { toolErrorSchema } from './errors.ts';
import { originSchema, providerIdSchema, roleSchema, threadIdSchema, timeSchema } from './ids.ts';
import { messageSchema } from './message.ts';
import { receiptSchema, reportSchema, totalsSchema } from './report.ts';
import { textRefSchema } from './text.ts';
import { usageSchema } from './usage.ts';

export const threadStates = [
  'queued',
  'preparing',
  'starting',
  'running',
  'waiting_permission',
  'waiting_input',
  'paused',
  'idle',
  'completed',
  'failed',
  'cancelled',
  'interrupted',
] as const;

export const threadStateSchema = z.enum(threadStates);
export type ThreadState = z.infer<typeof threadStateSchema>;

/** States in which nothing runs and nothing is queued; each can be resumed. */
export const restStates: ReadonlySet<ThreadState> = new Set([
  'idle',
  'completed',
  'failed',
  'cancelled',
  'interrupted',
]);

/** From least to most: a child never has more than its parent. */
export const permissionModes = ['read_only', 'ask', 'edit', 'full'] as const;
export const permissionModeSchema = z.enum(permissionModes);
export type PermissionMode = z.infer<typeof permissionModeSchema>;

/** What the state is based on, and when that was seen. */
export const evidenceSchema = z.object({
  source: z.enum(['journal', 'provider', 'process', 'recovery', 'person']),
  at: timeSchema,
});

/** A process of a thread's turn, as it can be found again after a crash. `start_time` is the platform's own text. */
export const processRefSchema = z.object({
  pid: z.number().int(),
  start_time: z.string(),
  name: z.string(),
  /** True when one process serves many threads (app-server, serve). */
  shared: z.boolean(),
});
export type ProcessRef = z.infer<typeof processRefSchema>;

export const turnSchema = z.object({
  id: z.string(),
  origin: originSchema,
  prompt: textRefSchema,
  /** UUID given to the provider with the prompt, where it takes one. */
  message_id: z.string(),
  /** Messages of the inbox that the prompt brings. */
  brings: z.array(z.string()).default([]),
  /** It runs in the provider's own terminal program, until that is left; its prompt may be empty. */
  native: z.boolean().optional(),
  /** The agent waits for its person in that program. */
  rests: z.boolean().optional(),
  queued_at: timeSchema,
  /** Journal number of the queueing: the order of the queue. */
  queued_gseq: z.number().int(),
  started_at: timeSchema.optional(),
  /** True once the prompt may have left: after a crash the outcome of such a turn is unknown. */
  sent: z.boolean(),
  provider_turn_id: z.string().optional(),
  process: processRefSchema.optional(),
});
export type Turn = z.infer<typeof turnSchema>;

export const sessionRefSchema = z.object({
  id: z.string(),
  bound_at: timeSchema,
  /** The folder the provider recorded the session under, relative to the workspace. */
  working_dir: z.string(),
  transcript_path: z.string().optional(),
});
export type SessionRef = z.infer<typeof sessionRefSchema>;

export const outcomeSchema = z.enum(['completed', 'failed', 'interrupted', 'cancelled']);

/** One thread as the host knows it. Made by the reducer alone. */
export const threadSchema = z.object({
  id: threadIdSchema,
  parent_id: threadIdSchema.optional(),
  depth: z.number().int(),
  role: roleSchema,
  provider: providerIdSchema,
  task_name: z.string(),
  /** Relative to the workspace folder, `.` for the folder itself. */
  working_dir: z.string(),
  permission_mode: permissionModeSchema,
  model: z.string().optional(),
  effort: z.string().optional(),
  /** Program and arguments of a `command` thread. */
  command: z.array(z.string()).optional(),
  state: threadStateSchema,
  /** Why it is in this state, for a person. */
  reason: z.string().optional(),
  /** Since when it is in this state. */
  since: timeSchema,
  evidence: evidenceSchema,
  session: sessionRefSchema.optional(),
  earlier_sessions: z.array(sessionRefSchema),
  /** The turn that holds a slot. */
  turn: turnSchema.optional(),
  /** Turns that wait for a slot or for the running turn, oldest first. */
  queue: z.array(turnSchema),
  /** Also those that a cancel took out of the queue. */
  turns_ended: z.number().int(),
  /** How the last turn ended; tells a resumed agent that its earlier work was cut. */
  last_outcome: outcomeSchema.optional(),
  /** The last turn that ended was a terminal of the provider's own. */
  last_native: z.boolean().optional(),
  /** Turns in a row that AgentDock gave a master that was cut; see `core/comeback.ts`. */
  comebacks: z.number().int().optional(),
  /** Idempotency keys of the newest `resume_thread` calls and the turns they made; see `core/callKeys.ts`. */
  turn_keys: z.record(z.string(), z.string()),
  /** Final text of the last turn that ended. */
  result: textRefSchema.optional(),
  /** Where that one ended without: the final text of the turn before. */
  earlier_result: textRefSchema.optional(),
  error: toolErrorSchema.optional(),
  /** Of all its turns. */
  usage: usageSchema.optional(),
  cancel_requested: z.boolean(),
  /** What the agent waits for, oldest first. */
  requests: z.array(agentRequestSchema).default([]),
  /** What the person allowed for the whole thread. */
  rules: z.array(permissionRuleSchema).default([]),
  /** What is to reach the agent, oldest first, and the newest of what has. */
  inbox: z.array(messageSchema).default([]),
  /** Idempotency keys of the newest `send_message` calls and the messages they made. */
  message_keys: z.record(z.string(), z.string()).default({}),
  /** The newest report of each kind. */
  report: reportSchema.optional(),
  progress: reportSchema.optional(),
  /** Of the last turn that ended. */
  receipt: receiptSchema.optional(),
  /** Absent before the first turn has ended, and in what an earlier version kept. */
  totals: totalsSchema.optional(),
  idempotency_key: z.string().optional(),
  created_at: timeSchema,
  updated_at: timeSchema,
  /** Number of the thread's newest journal event. */
  seq: z.number().int(),
});
export type Thread = z.infer<typeof threadSchema>;
