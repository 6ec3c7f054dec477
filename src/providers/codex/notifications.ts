import * as z from 'zod';
import { itemSchema } from './items.ts';

const thread = { threadId: z.string() };
const delta = { ...thread, itemId: z.string(), delta: z.string() };

const turnErrorSchema = z.looseObject({
  message: z.string(),
  codexErrorInfo: z.unknown().optional(),
  additionalDetails: z.string().nullish(),
});
export type TurnError = z.infer<typeof turnErrorSchema>;

const tokenCountsSchema = z.looseObject({
  inputTokens: z.number(),
  cachedInputTokens: z.number().default(0),
  outputTokens: z.number(),
  reasoningOutputTokens: z.number().default(0),
});
export type TokenCounts = z.infer<typeof tokenCountsSchema>;

/** Another version may tell it in another form: the turn is over all the same. */
const endedTurnSchema = z
  .looseObject({
    id: z.string().optional().catch(undefined),
    status: z.string().optional().catch(undefined),
    error: turnErrorSchema.nullish().catch(undefined),
  })
  .catch({});
export type EndedTurn = z.infer<typeof endedTurnSchema>;

function notification<Method extends string, Params extends z.ZodType>(method: Method, params: Params) {
  return z.looseObject({ method: z.literal(method), params });
}

/** What the server tells about a thread, as far as AgentDock looks at it. */
const notificationSchema = z.discriminatedUnion('method', [
  notification('item/started', z.looseObject({ ...thread, item: itemSchema })),
  notification('item/completed', z.looseObject({ ...thread, item: itemSchema })),
  notification('item/agentMessage/delta', z.looseObject(delta)),
  notification('item/plan/delta', z.looseObject(delta)),
  notification('item/reasoning/summaryTextDelta', z.looseObject({ ...delta, summaryIndex: z.number() })),
  notification('item/reasoning/textDelta', z.looseObject(delta)),
  notification('item/commandExecution/outputDelta', z.looseObject(delta)),
  notification(
    'item/mcpToolCall/progress',
    z.looseObject({ ...thread, itemId: z.string(), message: z.string() }),
  ),
  notification(
    'thread/tokenUsage/updated',
    z.looseObject({
      ...thread,
      turnId: z.string(),
      tokenUsage: z.looseObject({ total: tokenCountsSchema, last: tokenCountsSchema }),
    }),
  ),
  notification('turn/started', z.looseObject({ ...thread, turn: z.looseObject({ id: z.string() }) })),
  notification('turn/completed', z.looseObject({ ...thread, turn: endedTurnSchema })),
  notification('thread/closed', z.looseObject(thread)),
  /** Answered by us, or not to be answered any more. */
  notification(
    'serverRequest/resolved',
    z.looseObject({ ...thread, requestId: z.union([z.number(), z.string()]) }),
  ),
  notification(
    'error',
    z.looseObject({ ...thread, error: turnErrorSchema, willRetry: z.boolean().default(false) }),
  ),
  notification('warning', z.looseObject({ ...thread, message: z.string() })),
  notification(
    'model/rerouted',
    z.looseObject({ ...thread, fromModel: z.string().optional(), toModel: z.string().optional() }),
  ),
  notification(
    'mcpServer/startupStatus/updated',
    z.looseObject({
      ...thread,
      name: z.string(),
      status: z.string(),
      error: z.string().nullish(),
    }),
  ),
]);
export type Notification = z.infer<typeof notificationSchema>;

const knownMethods: ReadonlySet<string> = new Set(
  notificationSchema.options.map(option => option.shape.method.value),
);

/** `ignored`: a kind AgentDock does not need. `unparsed`: one it needs, in a form it does not understand. */
type ParsedNotification = Notification | 'ignored' | 'unparsed';

export function parseNotification(method: string, params: unknown): ParsedNotification {
  if (!knownMethods.has(method)) return 'ignored';
  // Warnings may also be about the whole server: those go to nobody.
  if (method === 'warning' && !z.looseObject(thread).safeParse(params).success) return 'ignored';
  const parsed = notificationSchema.safeParse({ method, params });
  return parsed.success ? parsed.data : 'unparsed';
}

/** The end of a turn that does not say of which turn, or how it ended. */
export function isUnreadEnd({ method, params }: Notification): boolean {
  return method === 'turn/completed' && (params.turn.id === undefined || params.turn.status === undefined);
}
