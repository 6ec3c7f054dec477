import * as z from 'zod';
import { agentRequestSchema, decisionSchema, permissionRuleSchema } from './agentRequest.ts';
import { toolErrorSchema } from './errors.ts';
import { originSchema, providerIdSchema, roleSchema, threadIdSchema, timeSchema } from './ids.ts';
import { messageSchema, messageStateSchema } from './message.ts';
import { receiptSchema, reportSchema } from './report.ts';
import { textRefSchema } from './text.ts';
import { outcomeSchema, permissionModeSchema, processRefSchema } from './thread.ts';
import { usageSchema } from './usage.ts';

/** Version of the journal's and history's lines. A line of a newer version opens the state read-only. */
export const stateVersion = 1;

const turnId = { turn_id: z.string() };

/**
 * Changes of state: what the journal holds and the reducer understands. Each is a fact about one thread.
 * They are named object.past_tense and carry only what cannot be derived from earlier ones.
 */
export const stateChangeSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('thread.created'),
    parent_id: threadIdSchema.optional(),
    depth: z.number().int(),
    role: roleSchema,
    provider: providerIdSchema,
    task_name: z.string(),
    working_dir: z.string(),
    permission_mode: permissionModeSchema,
    model: z.string().optional(),
    effort: z.string().optional(),
    command: z.array(z.string()).optional(),
    idempotency_key: z.string().optional(),
  }),
  z.object({
    type: z.literal('turn.queued'),
    ...turnId,
    origin: originSchema,
    prompt: textRefSchema,
    message_id: z.string(),
    /** Of a `resume_thread` call: a repeat returns this turn. */
    idempotency_key: z.string().optional(),
    /** Messages of the inbox that the prompt brings. */
    brings: z.array(z.string()).optional(),
    /** It runs in the provider's own terminal program; its prompt may be empty. */
    native: z.boolean().optional(),
    /** AgentDock lets a master go on that was cut. */
    comeback: z.boolean().optional(),
  }),
  /** The turn took a slot. */
  z.object({ type: z.literal('turn.preparing'), ...turnId }),
  /** The driver is about to be called. */
  z.object({ type: z.literal('turn.starting'), ...turnId }),
  z.object({ type: z.literal('process.started'), ...turnId, process: processRefSchema }),
  z.object({
    type: z.literal('session.bound'),
    ...turnId,
    session_id: z.string(),
    transcript_path: z.string().optional(),
  }),
  /** Written before the prompt leaves: from here on the outcome is unknown until the provider answers. */
  z.object({ type: z.literal('prompt.sending'), ...turnId }),
  z.object({ type: z.literal('turn.started'), ...turnId, provider_turn_id: z.string().optional() }),
  /** Of a turn in a terminal: the agent waits for its person there, does no work, and holds no slot. */
  z.object({ type: z.literal('turn.rested'), ...turnId }),
  /** It works again. */
  z.object({ type: z.literal('turn.worked'), ...turnId }),
  /** A permission nobody could be asked for. */
  z.object({
    type: z.literal('permission.refused'),
    ...turnId,
    tool: z.string(),
    detail: z.string(),
    reason: z.string(),
  }),
  z.object({ type: z.literal('cancel.requested'), by: originSchema }),
  z.object({
    type: z.literal('turn.ended'),
    ...turnId,
    outcome: outcomeSchema,
    /** Also what came after a cancel had been journalled: kept, without effect on the state. */
    result: textRefSchema.optional(),
    error: toolErrorSchema.optional(),
    reason: z.string().optional(),
    usage: usageSchema.optional(),
    receipt: receiptSchema.omit({ usage: true }).optional(),
    /** What the outcome is based on. */
    source: z.enum(['provider', 'process', 'recovery', 'person']),
  }),
  /** A turn of a dead host whose prompt never left: back to the queue. */
  z.object({ type: z.literal('turn.requeued'), ...turnId }),
  /** The agent waits for a permission or an answer. */
  z.object({
    type: z.literal('request.opened'),
    ...turnId,
    request: agentRequestSchema.omit({ turn_id: true, opened_at: true }),
  }),
  z.object({
    type: z.literal('request.answered'),
    request_id: z.string(),
    by: originSchema,
    /** The thread that answered. */
    from: threadIdSchema.optional(),
    /** Of a permission. */
    decision: decisionSchema.optional(),
    /** The answer to a question, or the reason of a refusal. */
    text: textRefSchema.optional(),
  }),
  /** Nobody answered, and nobody needs to any more. */
  z.object({ type: z.literal('request.closed'), request_id: z.string(), reason: z.string() }),
  /** The person took back what they had allowed for the whole thread. */
  z.object({ type: z.literal('rules.forgotten'), by: originSchema, rules: z.array(permissionRuleSchema) }),
  z.object({
    type: z.literal('message.queued'),
    message: messageSchema.pick({
      id: true,
      kind: true,
      origin: true,
      from: true,
      when: true,
      text: true,
      request_id: true,
      outcome: true,
      result: true,
      seen: true,
    }),
    /** Of a `send_message` call: a repeat returns this message. */
    idempotency_key: z.string().optional(),
  }),
  z.object({
    type: z.literal('messages.moved'),
    message_ids: z.array(z.string()),
    to: messageStateSchema,
    /** The running turn that takes them. */
    turn_id: z.string().optional(),
    /** With the reply to a tool call of that turn. */
    with_reply: z.boolean().optional(),
    reason: z.string().optional(),
  }),
  z.object({ type: z.literal('report.made'), report: reportSchema.omit({ at: true }) }),
]);
export type StateChange = z.infer<typeof stateChangeSchema>;

const envelope = {
  v: z.number().int(),
  /** Rises at each start of a host. */
  epoch: z.number().int(),
  /** Global number, never reused. */
  gseq: z.number().int(),
  at: timeSchema,
};

/** One change as the journal holds it: the envelope, the thread, the thread's own number, the change. */
export const journalEventSchema = z.intersection(
  z.object({ ...envelope, thread: threadIdSchema, seq: z.number().int() }),
  stateChangeSchema,
);
export type JournalEvent = z.infer<typeof journalEventSchema>;

/** Facts about the host itself. */
export const hostEventSchema = z.object({
  ...envelope,
  type: z.literal('host.started'),
  version: z.string(),
  pid: z.number().int(),
});
export type HostEvent = z.infer<typeof hostEventSchema>;
