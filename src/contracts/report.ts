import * as z from 'zod';
import { timeSchema } from './ids.ts';
import { textRefSchema } from './text.ts';
import { usageSchema } from './usage.ts';

/** What a worker says of its work. A claim: the receipt beside it is what AgentDock saw. */
export const reportSchema = z.object({
  kind: z.enum(['result', 'progress']),
  turn_id: z.string(),
  at: timeSchema,
  summary: textRefSchema,
  outcome: z.enum(['done', 'partial', 'failed', 'blocked']).optional(),
  /** Paths it says it changed. It is told to give them relative to the workspace; nothing holds it to that. */
  files: z.array(z.string()).default([]),
  checks: z.array(z.object({ name: z.string(), passed: z.boolean() })).default([]),
});
export type Report = z.infer<typeof reportSchema>;

/** What AgentDock itself saw of one turn. */
export const receiptSchema = z.object({
  tool_calls: z.number().int(),
  duration_ms: z.number().int(),
  /** Absent where the provider did not say. */
  usage: usageSchema.optional(),
  /** Paths that git sees changed over the turn, relative to the workspace; absent where there is no git. */
  files: z.array(z.string()).optional(),
  /** How many more there are, where these are very many. */
  more_files: z.number().int().optional(),
  /** Threads that worked in the workspace meanwhile: the files may be theirs. Absent: none. */
  others: z.number().int().optional(),
  /** Where claim and receipt disagree, for a person. */
  doubts: z.array(z.string()).default([]),
});
export type Receipt = z.infer<typeof receiptSchema>;

/** The same over all turns of a thread that ran; what they used is the thread's usage. */
export const totalsSchema = z.object({
  /** Also those whose host was killed, of which nothing else is known. */
  turns: z.number().int(),
  tool_calls: z.number().int(),
  duration_ms: z.number().int(),
  files: z.array(z.string()).optional(),
  /** More files changed than are named. */
  files_cut: z.boolean().optional(),
  /** Of a turn nobody saw what it did, or which files it changed: there may be more. */
  unseen: z.boolean().optional(),
});
export type Totals = z.infer<typeof totalsSchema>;

/** A receipt as the news of its turn's end carry it; `files` is their number. */
export const seenSchema = receiptSchema
  .pick({ tool_calls: true, duration_ms: true, usage: true, others: true })
  .extend({ files: z.number().int().optional() });
export type Seen = z.infer<typeof seenSchema>;

/** A result as the news of its turn's end carry it: by the time that they are read the thread may have made another. */
export const toldResultSchema = reportSchema
  .pick({ summary: true, outcome: true, files: true, checks: true })
  .extend({
    /** How many more files it names. */
    more_files: z.number().int().default(0),
    /** Of the turn's receipt. */
    doubts: z.array(z.string()).default([]),
  });
export type ToldResult = z.infer<typeof toldResultSchema>;
