import * as z from 'zod';
import { partSchema } from './parts.ts';
import { sessionErrorSchema } from './sessionError.ts';

/** What `GET /global/event` sends. Loose: newer versions add fields, and kinds that nobody here listens to. */
export const globalEventSchema = z.looseObject({
  payload: z.looseObject({ type: z.string(), properties: z.unknown().optional() }),
});

export const messageSchema = z.looseObject({
  id: z.string(),
  sessionID: z.string(),
  role: z.string(),
  parentID: z.string().optional(),
  finish: z.string().optional(),
  /** True: the agent's digest of the session so far, made when it got too long. */
  summary: z.unknown().optional(),
  error: sessionErrorSchema.optional(),
  /** Of a user's message: who is to answer it. */
  agent: z.string().optional(),
  model: z
    .looseObject({ providerID: z.string(), modelID: z.string(), variant: z.string().optional() })
    .optional()
    .catch(undefined),
  time: z.looseObject({ created: z.number(), completed: z.number().optional() }),
});
export type Message = z.infer<typeof messageSchema>;

export const statusSchema = z.looseObject({
  type: z.string(),
  attempt: z.number().optional(),
  message: z.string().optional(),
  /** Unix time in ms of the next try. */
  next: z.number().optional(),
});
export type SessionStatus = z.infer<typeof statusSchema>;

/** The call that asks. */
const callSchema = z.looseObject({ messageID: z.string(), callID: z.string() });

export const permissionAskedSchema = z.looseObject({
  id: z.string(),
  sessionID: z.string(),
  permission: z.string(),
  patterns: z.array(z.string()),
  metadata: z
    .looseObject({
      command: z.string().optional(),
      filepath: z.string().optional(),
      diff: z.string().optional(),
    })
    .optional(),
  tool: callSchema.optional(),
});
export type PermissionAsked = z.infer<typeof permissionAskedSchema>;

export const questionAskedSchema = z.looseObject({
  id: z.string(),
  sessionID: z.string(),
  questions: z.array(
    z.looseObject({
      question: z.string(),
      header: z.string().optional(),
      options: z.array(z.looseObject({ label: z.string(), description: z.string().optional() })).default([]),
      multiple: z.boolean().default(false),
    }),
  ),
  tool: callSchema.optional(),
});
export type QuestionAsked = z.infer<typeof questionAskedSchema>;

const session = { sessionID: z.string() };

const kind = <Type extends string, Properties extends z.ZodType>(type: Type, properties: Properties) =>
  z.object({ type: z.literal(type), properties });

const serverEventSchema = z.discriminatedUnion('type', [
  kind(
    'session.created',
    z.looseObject({ info: z.looseObject({ id: z.string(), parentID: z.string().optional() }) }),
  ),
  kind('session.status', z.looseObject({ ...session, status: statusSchema })),
  kind(
    'session.error',
    z.looseObject({ sessionID: z.string().optional(), error: sessionErrorSchema.optional() }),
  ),
  kind('message.updated', z.looseObject({ info: messageSchema })),
  kind('message.part.updated', z.looseObject({ part: partSchema })),
  kind(
    'message.part.delta',
    z.looseObject({
      ...session,
      messageID: z.string(),
      partID: z.string(),
      field: z.string(),
      delta: z.string(),
    }),
  ),
  kind('permission.asked', permissionAskedSchema),
  kind('permission.replied', z.looseObject({ ...session, requestID: z.string(), reply: z.string() })),
  kind('question.asked', questionAskedSchema),
  kind(
    'question.replied',
    z.looseObject({ ...session, requestID: z.string(), answers: z.array(z.array(z.string())) }),
  ),
  kind('question.rejected', z.looseObject({ ...session, requestID: z.string() })),
]);
export type ServerEvent = z.infer<typeof serverEventSchema>;

const knownTypes: ReadonlySet<string> = new Set(
  serverEventSchema.options.map(({ shape }) => shape.type.value),
);

export type ReadEvent =
  | { readonly kind: 'event'; readonly event: ServerEvent; readonly sessionId: string | undefined }
  /** The first of each connection: from here on nothing is missed. */
  | { readonly kind: 'connected' }
  /** A kind nobody here listens to. */
  | { readonly kind: 'other' }
  | { readonly kind: 'unparsed'; readonly sessionId: string | undefined; readonly text: string };

const namingSchema = z.looseObject({ sessionID: z.string() });

/** Reads one event of the stream. What does not parse comes back as text, with the session it names if it names one. */
export function readEvent(data: unknown): ReadEvent {
  const frame = globalEventSchema.safeParse(data);
  if (!frame.success) return { kind: 'unparsed', sessionId: undefined, text: textOf(data) };
  const { payload } = frame.data;
  if (payload.type === 'server.connected') return { kind: 'connected' };
  if (!knownTypes.has(payload.type)) return { kind: 'other' };
  const parsed = serverEventSchema.safeParse(payload);
  if (parsed.success) return { kind: 'event', event: parsed.data, sessionId: sessionOf(parsed.data) };
  const named = namingSchema.safeParse(payload.properties);
  return { kind: 'unparsed', sessionId: named.data?.sessionID, text: textOf(payload) };
}

/** Some kinds name the session only inside. */
function sessionOf(event: ServerEvent): string | undefined {
  switch (event.type) {
    case 'session.created':
      return event.properties.info.id;
    case 'message.updated':
      return event.properties.info.sessionID;
    case 'message.part.updated':
      return event.properties.part.sessionID;
    default:
      return event.properties.sessionID;
  }
}

function textOf(data: unknown): string {
  return typeof data === 'string' ? data : JSON.stringify(data);
}
