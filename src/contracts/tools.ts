import * as z from 'zod';
import { historyEventSchema } from './agentEvent.ts';
import {
  decisionSchema,
  longestQuestion,
  permissionRuleSchema,
  questionSchema,
  requestIdSchema,
} from './agentRequest.ts';
import { toolErrorSchema } from './errors.ts';
import { originSchema, providerIdSchema, roleSchema, threadIdSchema, timeSchema } from './ids.ts';
import { messageIdSchema, messageKindSchema, messageStateSchema, messageTimingSchema } from './message.ts';
import { listedProviderSchema } from './provider.ts';
import { receiptSchema, reportSchema, totalsSchema } from './report.ts';
import { permissionModeSchema, threadStateSchema } from './thread.ts';
import { usageSchema } from './usage.ts';

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

/**
 * Repeats of a call with the same key return the first call's thread. Of the calls to one thread the newest 1,000
 * `resume_thread` and the newest 1,000 `send_message` with a key are known again; a spawn is for as long as its thread.
 */
const idempotencyKeySchema = lineSchema('an idempotency key', 200)
  .describe('Only to repeat a call safely: a second call with the same key and arguments does nothing new.')
  .optional();

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
  running: z.number().int(),
  queued: z.number().int(),
  waiting: z.number().int(),
  capacity: z.number().int(),
});
export type Fleet = z.infer<typeof fleetSchema>;

const commandSchema = z
  .array(z.string().refine(word => !word.includes('\0'), 'Expected a word without NUL characters'))
  .refine(([program = '']) => program !== '', 'Expected a program and its arguments, got no program');

// The descriptions of arguments are written for models: each agent reads them with its list of tools.

const spawnThreadInput = z.strictObject({
  task_name: lineSchema('a task name', 100).describe(
    'A short name, such as `settings page`; the person sees it.',
  ),
  provider: providerIdSchema.describe('Which agent CLI does the work; list_providers says which are ready.'),
  prompt: promptSchema.describe(
    'The whole task: goal, files, limits, how to check it. The worker knows nothing of your conversation.',
  ),
  working_dir: lineSchema('a folder', 4096)
    .default('.')
    .describe(
      'An existing folder inside the workspace, relative to it. Give parallel workers separate files.',
    ),
  /** Only a person starts a master. */
  role: roleSchema.default('worker'),
  permission_mode: permissionModeSchema
    .describe('At most your own mode; read_only for looking and reviewing. Default: the workspace’s setting.')
    .optional(),
  model: lineSchema('a model name', 200).describe('Default: the provider’s own.').optional(),
  effort: lineSchema('an effort', 40).describe('Reasoning effort, in the provider’s own words.').optional(),
  idempotency_key: idempotencyKeySchema,
  /** Program and arguments; provider `command` only. Without it the prompt is run by the user's shell. */
  command: commandSchema.optional(),
  /** Its first turn is in its provider's own terminal program; only a person can ask for it. */
  native: z.boolean().optional(),
});

const resumeThreadInput = z.strictObject({
  thread_id: threadIdSchema,
  additional_prompt: promptSchema.describe('What to do next. The thread still knows what it did before.'),
  idempotency_key: idempotencyKeySchema,
});

const openNativeInput = z.strictObject({
  thread_id: threadIdSchema,
  /** The first thing to say there. */
  additional_prompt: promptSchema.optional(),
  idempotency_key: idempotencyKeySchema,
});

const sendMessageInput = z.strictObject({
  thread_id: threadIdSchema.describe('A thread below you, or the one that started you.'),
  text: promptSchema,
  when: messageTimingSchema
    .default('turn_end')
    .describe('`now` reaches a running turn where its provider can take it; `turn_end` waits for its end.'),
  idempotency_key: idempotencyKeySchema,
});

const answerThreadInput = z.strictObject({
  thread_id: threadIdSchema,
  request_id: requestIdSchema.describe('From the news of the question, or from get_thread.'),
  /** To a question: one answer for each question asked, in their order; of several options, one a line. */
  answers: z
    .array(z.string().max(100_000))
    .min(1)
    .max(20)
    .describe('One answer for each question asked, in their order; several options of one go one a line.')
    .optional(),
  /** To a permission. */
  decision: decisionSchema.optional(),
  /** Why it is denied; the model reads it. */
  reason: z.string().max(4_000).optional(),
});

const askInput = z.strictObject({
  question: promptSchema
    .max(
      longestQuestion,
      `Expected a question of at most ${longestQuestion} characters; put the rest into a file`,
    )
    .describe('With all that is needed to answer it: the reader does not see your work.'),
  options: z
    .array(lineSchema('an option', 200))
    .max(20)
    .default([])
    .describe('Answers to choose from; another answer may still come.'),
});

const reportInput = z.strictObject({
  kind: z
    .enum(['result', 'progress'])
    .default('result')
    .describe('`result` once, at the end of your task; `progress` while a long task goes on.'),
  summary: promptSchema.describe('What was done, what was found, what is left.'),
  outcome: z
    .enum(['done', 'partial', 'failed', 'blocked'])
    .describe('Say it honestly: AgentDock compares it with what it saw.')
    .optional(),
  files: z
    .array(lineSchema('a path', 4096))
    .max(1000)
    .default([])
    .describe('Files you changed, relative to the workspace.'),
  checks: z
    .array(z.strictObject({ name: lineSchema('the name of a check', 200), passed: z.boolean() }))
    .max(100)
    .default([])
    .describe('Checks you really ran, such as tests, and whether they passed.'),
});

const toldReportSchema = reportSchema
  .omit({ turn_id: true, summary: true })
  .extend({ summary: z.string(), summary_truncated: z.boolean() });

const toldMessageSchema = z.object({
  message_id: messageIdSchema,
  kind: messageKindSchema,
  origin: originSchema,
  from: threadIdSchema.optional(),
  state: messageStateSchema,
  reason: z.string().optional(),
  queued_at: timeSchema,
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
  states: z.array(threadStateSchema).describe('Default: all.').optional(),
  parent_id: threadIdSchema.describe('Only those that this thread started.').optional(),
  provider: providerIdSchema.optional(),
  limit: z.number().int().min(1).max(1000).default(100).describe('Newest first.'),
  cursor: threadIdSchema.describe('`cursor` of the page before.').optional(),
});

const readThreadInput = z.strictObject({
  thread_id: threadIdSchema,
  cursor: z.number().int().min(0).default(0).describe('`cursor` of the page before; 0 is the beginning.'),
  limit: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(200)
    .describe('Events of one page of the transcript; fewer where they are long.'),
  view: z
    .enum(['transcript', 'result'])
    .default('transcript')
    .describe(
      '`result`: its last report and its final text in full; `transcript`: all it said and did, page by page.',
    ),
  event: z
    .number()
    .int()
    .min(1)
    .describe('`seq` of an event of the transcript: all of its text, instead of a view.')
    .optional(),
});

/** A model's client gives up a call that takes much longer: what an agent waits for is cut by then. */
export const longestAgentWaitS = 45;
const longestWaitS = 24 * 60 * 60;

const waitThreadsInput = z.strictObject({
  thread_ids: z.array(threadIdSchema).min(1).max(200),
  until: z
    .enum(['any', 'all'])
    .default('any')
    .describe('Until one of them has ended a turn, or all have. A question or permission ends either.'),
  timeout_s: z
    .number()
    .min(0)
    .max(longestWaitS)
    .default(longestAgentWaitS)
    .describe(`Seconds. One call waits at most ${longestAgentWaitS} of them, and says how to wait on.`),
  cursor: z
    .string()
    .describe('`cursor` of your last wait_threads: what it told does not count as news again.')
    .optional(),
});

export const toolSchemas = {
  spawn_thread: { input: spawnThreadInput, output: startedOutput },
  resume_thread: { input: resumeThreadInput, output: startedOutput },
  /** Only a person can: opens a thread's session in its provider's own terminal program, for one turn. */
  open_native: { input: openNativeInput, output: startedOutput },
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
        /** Of all its turns. */
        usage: usageSchema.optional(),
        result: z.string().optional(),
        result_truncated: z.boolean(),
        earlier_sessions: z.array(z.string()),
        children: z.array(threadIdSchema),
        /** What the person allowed for the whole thread; absent where that is nothing. */
        rules: z.array(permissionRuleSchema).optional(),
        /** What is to reach it, and the newest of what has. */
        messages: z.array(toldMessageSchema),
        report: toldReportSchema.optional(),
        progress: toldReportSchema.optional(),
        /** Of the last turn. */
        receipt: receiptSchema.optional(),
        totals: totalsSchema.optional(),
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
      /** With view `result`: the summary of the last result that it reported, and its final text. */
      report: z.string().optional(),
      result: z.string().optional(),
      /** With `event`: its text. */
      text: z.string().optional(),
      cursor: z.number().int(),
      more: z.boolean(),
      fleet: fleetSchema,
    }),
  },
  wait_threads: {
    input: waitThreadsInput,
    output: z.object({
      finished: z.array(threadSummarySchema),
      /** Those that wait for an answer, with what they ask. */
      waiting: z.array(threadSummarySchema),
      still_running: z.array(threadIdSchema),
      /** Those of them that wait for a free slot. */
      queued: z.array(threadIdSchema).optional(),
      cursor: z.string(),
      timed_out: z.boolean(),
      /** How to wait on, where the wait was cut before its time. */
      note: z.string().optional(),
      fleet: fleetSchema,
    }),
  },
  cancel_thread: {
    input: z.strictObject({ thread_id: threadIdSchema }),
    output: z.object({ thread_id: threadIdSchema, state: threadStateSchema, fleet: fleetSchema }),
  },
  send_message: {
    input: sendMessageInput,
    output: z.object({
      thread_id: threadIdSchema,
      message_id: messageIdSchema,
      state: messageStateSchema,
      /** Why it failed, and what to do, where a repeat finds it so. */
      reason: z.string().optional(),
      /** True when an earlier call with the same key had sent it. */
      repeated: z.boolean(),
      fleet: fleetSchema,
    }),
  },
  answer_thread: {
    input: answerThreadInput,
    output: z.object({
      thread_id: threadIdSchema,
      request_id: requestIdSchema,
      state: threadStateSchema,
      fleet: fleetSchema,
    }),
  },
  ask: {
    input: askInput,
    output: z.object({ request_id: requestIdSchema, next: z.string(), fleet: fleetSchema }),
  },
  report: {
    input: reportInput,
    output: z.object({ recorded: z.literal(true), fleet: fleetSchema }),
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
export const laterTools = ['remove_thread'] as const;

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
