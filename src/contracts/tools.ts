import * as z from 'zod';
import { historyEventSchema } from './agentEvent.ts';
import { permissionRuleSchema, requestIdSchema } from './agentRequest.ts';
import type { toolErrorSchema } from './errors.ts';
import { originSchema, threadIdSchema, timeSchema } from './ids.ts';
import { messageIdSchema, messageKindSchema, messageStateSchema } from './message.ts';
import { listedProviderSchema } from './provider.ts';
import { receiptSchema, reportSchema, totalsSchema } from './report.ts';
import { threadStateSchema } from './thread.ts';
import { fleetSchema, threadSummarySchema } from './threadSummary.ts';
import {
  answerThreadInput,
  askInput,
  listThreadsInput,
  openNativeInput,
  readThreadInput,
  reportInput,
  resumeThreadInput,
  sendMessageInput,
  spawnThreadInput,
  waitThreadsInput,
} from './toolInputs.ts';
import { usageSchema } from './usage.ts';

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
      /** The last turn ended without a final text: this one is of a turn before it. */
      is_earlier: z.literal(true).optional(),
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
      /** They go on only once a slot is free, and the caller may hold one: see `note`. */
      no_slot: z.literal(true).optional(),
      /** How to wait on, where the wait was cut before its time, or why not to. */
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
