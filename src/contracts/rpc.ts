import * as z from 'zod';
import { historyEventSchema } from './agentEvent.ts';
import { permissionRuleSchema } from './agentRequest.ts';
import { toolErrorSchema } from './errors.ts';
import { threadIdSchema } from './ids.ts';
import { threadSchema } from './thread.ts';
import { toolEndpointSchema } from './toolEndpoint.ts';

/** Hosts and clients speak this protocol and the one before. */
export const protocolVersion = 1;
export const oldestProtocol = 1;

/** `state/host.json`, 0600: where the running host listens and the key both sides prove to know. */
export const hostFileSchema = z.object({
  v: z.literal(1),
  pid: z.number().int(),
  start_time: z.string(),
  endpoint: z.string(),
  key: z.string(),
  version: z.string(),
  protocol: z.number().int(),
  /** Real path of the workspace folder the host serves. */
  workspace: z.string(),
});
export type HostFile = z.infer<typeof hostFileSchema>;

/** Undefined for a text that is not a whole host file. */
export function parseHostFile(text: string): HostFile | undefined {
  try {
    return hostFileSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Who a client says it is; what it may do follows from what it can prove. */
export const clientSchema = z.object({
  kind: z.enum(['window', 'cli']),
  pid: z.number().int(),
  version: z.string(),
  /** Names of the marks of an agent that the client found in its own environment. */
  marks: z.array(z.string()).default([]),
  /** The thread whose mark it carries. */
  thread: threadIdSchema.optional(),
});

const callSchema = z.object({ tool: z.string(), args: z.unknown() });
const replySchema = z.union([
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({ ok: z.literal(false), error: toolErrorSchema }),
]);

const screenSide = z.number().int().min(1).max(10_000);

/**
 * Requests, in the order of a connection's life. Before `prove` only `challenge` and `prove` are answered. These two,
 * `status` and `stop` are the same in every protocol: a host of any version can be seen and stopped.
 * Proof of the endpoint key: HMAC-SHA256(key, side + client nonce + host nonce), hex; neither side sends the key.
 * Proof of being a person's window: an Ed25519 signature of the same text by a key whose public half the person's
 * user folder lists.
 */
export const requestSchemas = {
  challenge: {
    params: z.object({ nonce: z.string().min(16).max(128), client: clientSchema }),
    result: z.object({
      nonce: z.string(),
      proof: z.string(),
      protocol: z.number().int(),
      oldest: z.number().int(),
    }),
  },
  prove: {
    params: z.object({
      proof: z.string(),
      window: z.object({ key: z.string(), signature: z.string() }).optional(),
    }),
    result: z.object({ caller: z.enum(['person', 'agent']), reason: z.string().optional() }),
  },
  /** Starts following: what was missed, or a snapshot; then `fleet` notifications in order. */
  hello: {
    params: z.object({
      protocol: z.number().int(),
      epoch: z.number().int().optional(),
      last_gseq: z.number().int().optional(),
    }),
    result: z.object({ epoch: z.number().int(), gseq: z.number().int(), snapshot: z.boolean() }),
  },
  call: { params: callSchema, result: replySchema },
  /**
   * A call that an agent of the client's makes, and not the person: it can only take rights away. A request of its own,
   * not a mark on `call`: a host that does not know the mark would take the call for the person's.
   */
  agent_call: { params: callSchema, result: replySchema },
  /** Takes back what was allowed for the whole thread: these rules, or all of them. Only for a person. */
  forget_rules: {
    params: z.object({ thread: threadIdSchema, rules: z.array(permissionRuleSchema).optional() }),
    /** Those that it had, and has no more. */
    result: z.object({ forgotten: z.array(permissionRuleSchema) }),
  },
  /** A door to the tools over MCP, for an agent of the client's. Only for a person's client; shut with its connection. */
  tool_endpoint: { params: z.object({}), result: toolEndpointSchema },
  /** Replays a thread's transcript after `after`, then follows it with `transcript` notifications. */
  subscribe: {
    params: z.object({ thread: threadIdSchema, after: z.number().int() }),
    result: z.object({}),
  },
  unsubscribe: { params: z.object({ thread: threadIdSchema }), result: z.object({}) },
  /** Shows the screen of a thread's own terminal as it is now, then follows it with `screen` notifications. */
  watch_screen: { params: z.object({ thread: threadIdSchema }), result: z.object({}) },
  unwatch_screen: { params: z.object({ thread: threadIdSchema }), result: z.object({}) },
  /** Keys for a program in a pty, and the size of its terminal. Both only for a person, whose terminal it is. */
  write: { params: z.object({ thread: threadIdSchema, data: z.string() }), result: z.object({}) },
  resize: {
    params: z.object({ thread: threadIdSchema, columns: screenSide, rows: screenSide }),
    result: z.object({}),
  },
  status: {
    params: z.object({}),
    result: z.object({
      pid: z.number().int(),
      version: z.string(),
      protocol: z.number().int(),
      workspace: z.string(),
      epoch: z.number().int(),
      started_at: z.string(),
      clients: z.number().int(),
      active: z.number().int(),
      threads: z.number().int(),
      /** In force since the host's start; absent from hosts before it was told. */
      settings: z
        .object({
          max_running: z.number(),
          max_depth: z.number(),
          default_permission_mode: z.string(),
          highest_permission_mode: z.string(),
          /** Absent from hosts that had no such setting. */
          confirm_full: z.boolean().optional(),
          idle_minutes: z.number(),
          drop_folder: z.string().optional(),
        })
        .optional(),
      /** What a settings file holds and could not be used, for a person; absent from hosts before it was told. */
      rejected_settings: z.array(z.string()).optional(),
      read_only: toolErrorSchema.optional(),
      /** Damage found in the state at start, for a person. */
      damage: z.array(z.string()),
    }),
  },
  /** Ends the host; running turns are interrupted unless `when_idle`. */
  stop: {
    params: z.object({ when_idle: z.boolean().default(false) }),
    result: z.object({ stopping: z.boolean() }),
  },
} as const;
export type RequestName = keyof typeof requestSchemas;
export type RequestParams<Name extends RequestName> = z.input<(typeof requestSchemas)[Name]['params']>;
/** As the host has them: defaults are filled in. */
export type ParsedParams<Name extends RequestName> = z.output<(typeof requestSchemas)[Name]['params']>;
export type RequestResult<Name extends RequestName> = z.output<(typeof requestSchemas)[Name]['result']>;

/** Notifications of the host. Unknown fields are kept: a newer host may know more. */
export const notificationSchemas = {
  /** With `snapshot` the list is complete and replaces what the client knew; else it holds the changed threads. */
  fleet: z.object({
    epoch: z.number().int(),
    gseq: z.number().int(),
    snapshot: z.boolean(),
    threads: z.array(threadSchema),
    capacity: z.number().int(),
  }),
  /** `reset`: the viewer fell behind or starts anew; clear the screen, then show from here. `live`: end of the replay. */
  transcript: z.object({
    thread: threadIdSchema,
    reset: z.boolean(),
    live: z.boolean(),
    events: z.array(historyEventSchema),
  }),
  /** Raw output of a thread's own terminal. `reset`: it stands for all that came before. */
  screen: z.object({ thread: threadIdSchema, reset: z.boolean(), data: z.string() }),
  /** What is wrong with the state, for a person: with `hello` if there is something, and when it changes. */
  trouble: z.object({
    /** Why nothing can be changed any more. */
    read_only: toolErrorSchema.optional(),
    /** The newest findings; `status` has all. */
    damage: z.array(z.string()),
  }),
  /** The host ends on purpose: a client starts the next one when somebody needs it, not at once. */
  stopping: z.object({ reason: z.string() }),
} as const;
export type NotificationName = keyof typeof notificationSchemas;
export type NotificationParams<Name extends NotificationName> = z.output<(typeof notificationSchemas)[Name]>;
