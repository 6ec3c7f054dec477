import * as z from 'zod';
import { messageSchema, statusSchema } from './events.ts';

/** What the server answers, as far as it is used here. */
export const healthSchema = z.looseObject({ healthy: z.literal(true), version: z.string() });

export const placeSchema = z.looseObject({
  directory: z.string(),
  /** Root of the git worktree; the file system's root where there is none. */
  worktree: z.string(),
});
export type Place = z.infer<typeof placeSchema>;

export const ruleSchema = z.object({
  permission: z.string(),
  pattern: z.string(),
  action: z.enum(['allow', 'deny', 'ask']),
});
export type Rule = z.infer<typeof ruleSchema>;

const modelRefSchema = z.looseObject({ providerID: z.string(), modelID: z.string() });

export const agentsSchema = z.array(
  z.looseObject({
    name: z.string(),
    mode: z.string(),
    hidden: z.boolean().optional(),
    model: modelRefSchema.optional(),
    permission: z.array(ruleSchema),
  }),
);
export type Agents = z.infer<typeof agentsSchema>;

export const configSchema = z.looseObject({ model: z.string().optional() });

/** Providers that have a credential, or need none. */
export const catalogSchema = z.looseObject({
  providers: z.array(
    z.looseObject({
      id: z.string(),
      options: z.looseObject({ apiKey: z.unknown().optional() }).optional(),
      models: z.record(z.string(), z.looseObject({ variants: z.record(z.string(), z.unknown()).optional() })),
    }),
  ),
  /** The default model of each provider. */
  default: z.record(z.string(), z.string()),
});
export type Catalog = z.infer<typeof catalogSchema>;

export const sessionSchema = z.looseObject({
  id: z.string(),
  directory: z.string(),
  parentID: z.string().optional(),
  permission: z.array(ruleSchema).optional(),
  model: z.looseObject({ id: z.string(), providerID: z.string(), variant: z.string().optional() }).optional(),
});
export type Session = z.infer<typeof sessionSchema>;

/** Of the sessions that are not idle, the named one. */
export const statusesSchema = (sessionId: string) => z.object({ [sessionId]: statusSchema.optional() });

export const messagesSchema = z.array(z.looseObject({ info: messageSchema, parts: z.array(z.unknown()) }));
export type Messages = z.infer<typeof messagesSchema>;

/** All that the folder's sessions ask for: one in a form nobody knows must not hide the others. */
export const openRequestsSchema = z.array(z.unknown());

/** The MCP servers of a folder by their names. */
export const toolServersSchema = z.record(
  z.string(),
  z.looseObject({ status: z.string(), error: z.string().optional() }),
);
