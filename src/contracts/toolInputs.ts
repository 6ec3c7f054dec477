import * as z from 'zod';
import { decisionSchema, longestQuestion, requestIdSchema } from './agentRequest.ts';
import { providerIdSchema, roleSchema, threadIdSchema } from './ids.ts';
import { messageTimingSchema } from './message.ts';
import { permissionModeSchema, threadStateSchema } from './thread.ts';
import { idempotencyKeySchema, lineSchema, promptSchema } from './toolFields.ts';

const commandSchema = z
  .array(z.string().refine(word => !word.includes('\0'), 'Expected a word without NUL characters'))
  .refine(([program = '']) => program !== '', 'Expected a program and its arguments, got no program');

// The descriptions of arguments are written for models: each agent reads them with its list of tools.

export const spawnThreadInput = z.strictObject({
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

export const resumeThreadInput = z.strictObject({
  thread_id: threadIdSchema,
  additional_prompt: promptSchema.describe('What to do next. The thread still knows what it did before.'),
  idempotency_key: idempotencyKeySchema,
});

export const openNativeInput = z.strictObject({
  thread_id: threadIdSchema,
  /** The first thing to say there. */
  additional_prompt: promptSchema.optional(),
  idempotency_key: idempotencyKeySchema,
});

export const sendMessageInput = z.strictObject({
  thread_id: threadIdSchema.describe('A thread below you, or the one that started you.'),
  text: promptSchema,
  when: messageTimingSchema
    .default('turn_end')
    .describe('`now` reaches a running turn where its provider can take it; `turn_end` waits for its end.'),
  idempotency_key: idempotencyKeySchema,
});

export const answerThreadInput = z.strictObject({
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

export const askInput = z.strictObject({
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

export const reportInput = z.strictObject({
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

export const listThreadsInput = z.strictObject({
  states: z.array(threadStateSchema).describe('Default: all.').optional(),
  parent_id: threadIdSchema.describe('Only those that this thread started.').optional(),
  provider: providerIdSchema.optional(),
  limit: z.number().int().min(1).max(1000).default(100).describe('Newest first.'),
  cursor: threadIdSchema.describe('`cursor` of the page before.').optional(),
});

export const readThreadInput = z.strictObject({
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

export const waitThreadsInput = z.strictObject({
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
