import * as z from 'zod';
import { historyEventSchema } from './agentEvent.ts';
import { toolErrorSchema } from './errors.ts';
import { providerIdSchema, roleSchema, threadIdSchema, timeSchema } from './ids.ts';
import { listedProviderSchema } from './provider.ts';
import { permissionModeSchema, threadStateSchema, usageSchema } from './thread.ts';

/** In UTF-16 units; a longer one could exceed what a request may have. */
const longestPrompt = 10_000_000;

const promptSchema = z
  .string()
  .max(longestPrompt, `Expected a prompt of at most ${longestPrompt} characters; put the rest into a file`)
  .min(1, 'Expected a prompt, got an empty text')
  .refine(text => text.trim().length > 0, 'Expected a prompt, got only white space')
  .refine(text => !text.includes('\0'), 'Expected a prompt without NUL characters');

const lineSchema = (what: string, longest: number) =>
  z
    .string()
    .min(1, `Expected ${what}, got an empty text`)
    .max(longest, `Expected ${what} of at most ${longest} characters`)
    .regex(/^[^\p{Cc}]*$/u, `Expected ${what} on one line, without control characters`);

/** Repeats of a call with the same key return the first call's thread. */
const idempotencyKeySchema = lineSchema('an idempotency key', 200).optional();

export const threadSummarySchema = z.object({
  thread_id: threadIdSchema,
  parent_id: threadIdSchema.optional(),
  role: roleSchema,
  provider: providerIdSchema,
  task_name: z.string(),
  state: threadStateSchema,
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
  error: toolErrorSchema.optional(),
  created_at: timeSchema,
  updated_at: timeSchema,
});
export type ThreadSummary = z.infer<typeof threadSummarySchema>;

/** One short line on the fleet in every reply. */
export const fleetSchema = z.object({
  running: z.number().int(),
  queued: z.number().int(),
  waiting: z.number().int(),
  capacity: z.number().int(),
});
export type Fleet = z.infer<typeof fleetSchema>;

const commandSchema = z
  .array(z.string().refine(word => !word.includes('\0'), 'Expected a word without NUL characters'))
  .refine(([program = '']) => program !== '', 'Expected a program and its arguments, got no program');

const spawnThreadInput = z.strictObject({
  task_name: lineSchema('a task name', 100),
  provider: providerIdSchema,
  prompt: promptSchema,
  /** Inside the workspace folder; relative to it. */
  working_dir: lineSchema('a folder', 4096).default('.'),
  role: z.literal('worker').default('worker'),
  permission_mode: permissionModeSchema.optional(),
  model: lineSchema('a model name', 200).optional(),
  effort: lineSchema('an effort', 40).optional(),
  idempotency_key: idempotencyKeySchema,
  /** Program and arguments; provider `command` only. Without it the prompt is run by the user's shell. */
  command: commandSchema.optional(),
});

const resumeThreadInput = z.strictObject({
  thread_id: threadIdSchema,
  additional_prompt: promptSchema,
  idempotency_key: idempotencyKeySchema,
});

const startedOutput = z.object({
  thread_id: threadIdSchema,
  turn_id: z.string(),
  state: threadStateSchema,
  queue_position: z.number().int().optional(),
  /** True when an earlier call with the same key had made it. */
  repeated: z.boolean(),
  fleet: fleetSchema,
});

const listThreadsInput = z.strictObject({
  states: z.array(threadStateSchema).optional(),
  parent_id: threadIdSchema.optional(),
  provider: providerIdSchema.optional(),
  /** Newest first; default 100. */
  limit: z.number().int().min(1).max(1000).default(100),
  /** `cursor` of the page before: the last thread on it. */
  cursor: threadIdSchema.optional(),
});

const readThreadInput = z.strictObject({
  thread_id: threadIdSchema,
  /** Number of the last event already read; default: from the beginning. */
  cursor: z.number().int().min(0).default(0),
  limit: z.number().int().min(1).max(1000).default(200),
  /** `result`: the final text alone; `transcript`: the events. */
  view: z.enum(['transcript', 'result']).default('transcript'),
});

const waitThreadsInput = z.strictObject({
  thread_ids: z.array(threadIdSchema).min(1).max(200),
  until: z.enum(['any', 'all']).default('any'),
  /** Seconds; at most 45. */
  timeout_s: z.number().min(0).max(45).default(45),
  /** From the last reply: threads that were at rest then do not count again for `any`. */
  cursor: z.string().optional(),
});

export const toolSchemas = {
  spawn_thread: { input: spawnThreadInput, output: startedOutput },
  resume_thread: { input: resumeThreadInput, output: startedOutput },
  list_threads: {
    input: listThreadsInput,
    output: z.object({
      threads: z.array(threadSummarySchema),
      /** Of all pages together. */
      total: z.number().int(),
      /** Absent on the last page. */
      cursor: threadIdSchema.optional(),
      fleet: fleetSchema,
    }),
  },
  get_thread: {
    input: z.strictObject({ thread_id: threadIdSchema }),
    output: z.object({
      thread: threadSummarySchema.extend({
        evidence: z.object({ source: z.string(), at: timeSchema }),
        permission_means: z.string(),
        model: z.string().optional(),
        effort: z.string().optional(),
        usage: usageSchema.optional(),
        result: z.string().optional(),
        result_truncated: z.boolean(),
        earlier_sessions: z.array(z.string()),
        children: z.array(threadIdSchema),
      }),
      fleet: fleetSchema,
    }),
  },
  read_thread: {
    input: readThreadInput,
    output: z.object({
      thread_id: threadIdSchema,
      state: threadStateSchema,
      events: z.array(historyEventSchema),
      result: z.string().optional(),
      cursor: z.number().int(),
      more: z.boolean(),
      fleet: fleetSchema,
    }),
  },
  wait_threads: {
    input: waitThreadsInput,
    output: z.object({
      finished: z.array(threadSummarySchema),
      still_running: z.array(threadIdSchema),
      cursor: z.string(),
      timed_out: z.boolean(),
      fleet: fleetSchema,
    }),
  },
  cancel_thread: {
    input: z.strictObject({ thread_id: threadIdSchema }),
    output: z.object({ thread_id: threadIdSchema, state: threadStateSchema, fleet: fleetSchema }),
  },
  list_providers: {
    input: z.strictObject({}),
    output: z.object({ providers: z.array(listedProviderSchema), fleet: fleetSchema }),
  },
} as const;

export type ToolName = keyof typeof toolSchemas;
export type ToolInput<Name extends ToolName> = z.output<(typeof toolSchemas)[Name]['input']>;
/** What a caller may leave out. */
export type ToolArgs<Name extends ToolName> = z.input<(typeof toolSchemas)[Name]['input']>;
export type ToolOutput<Name extends ToolName> = z.output<(typeof toolSchemas)[Name]['output']>;

export const toolNames = Object.keys(toolSchemas) as readonly ToolName[];

/** Tools to come: refused as such, not as unknown. */
export const laterTools = ['send_message', 'answer_thread', 'remove_thread', 'report', 'ask'] as const;

/** Arguments of features to come: refused by name, never accepted and ignored. */
export const laterArguments = [
  'isolation',
  'depends_on',
  'priority',
  'timeout_s',
  'budget',
  'base',
  'count',
] as const;

/** The one form in which anything asks the host for something. */
export const toolCallSchema = z.strictObject({
  tool: z.string(),
  args: z.record(z.string(), z.unknown()).default({}),
});

/** What `agentdock call` prints. */
export type ToolReply =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: z.infer<typeof toolErrorSchema> };
