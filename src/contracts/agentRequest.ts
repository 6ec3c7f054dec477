import * as z from 'zod';
import { timeSchema } from './ids.ts';
import { textRefSchema } from './text.ts';

export const requestIdSchema = z
  .string()
  .regex(/^req-[a-z0-9]{10}$/, 'Expected a request id such as `req-4f2k9xq7ab`');

/** What the answer *allow for this thread* would allow from then on. */
export const permissionRuleSchema = z.object({
  /** The provider's own name of the tool. */
  tool: z.string(),
  /** The exact command, address or the like; absent where the tool itself is allowed. */
  subject: z.string().optional(),
});
export type PermissionRule = z.infer<typeof permissionRuleSchema>;

/** Characters of all questions of one request together; what is longer is cut, or refused where it is an `ask`. */
export const longestQuestion = 20_000;

/** One question of an agent, with the answers it offers, if any. */
export const questionSchema = z.object({
  question: z.string(),
  header: z.string().optional(),
  options: z.array(z.object({ label: z.string(), description: z.string().optional() })).default([]),
  /** Several options may be chosen. */
  multiple: z.boolean().default(false),
});
export type Question = z.infer<typeof questionSchema>;

/** Something an agent waits for. Open ones stand in their thread; an answered one only in the journal. */
export const agentRequestSchema = z.object({
  id: requestIdSchema,
  kind: z.enum(['permission', 'question']),
  turn_id: z.string(),
  /** Asked through our `ask`: the turn does not wait, and the answer comes as a message. */
  detached: z.boolean(),
  /** One line for a person: the command, the path, the question. */
  title: z.string(),
  /** The provider's own name of the tool that wants the permission. */
  tool: z.string().optional(),
  /** The command, paths or text in full. */
  detail: textRefSchema,
  /** The change it would make, as a unified diff. */
  diff: textRefSchema.optional(),
  rule: permissionRuleSchema.optional(),
  questions: z.array(questionSchema).default([]),
  opened_at: timeSchema,
});
export type AgentRequest = z.infer<typeof agentRequestSchema>;

/** `allow_thread`: this and whatever the request's rule covers, as long as the thread exists. */
export const decisions = ['allow', 'allow_thread', 'deny'] as const;
export const decisionSchema = z.enum(decisions);
export type Decision = z.infer<typeof decisionSchema>;
