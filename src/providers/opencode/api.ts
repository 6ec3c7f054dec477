import { createOpencodeClient, type OpencodeClient } from '@opencode-ai/sdk/v2/client';
import * as z from 'zod';
import { DockError } from '../../contracts/errors.ts';
import type { ToolEndpoint } from '../../contracts/toolEndpoint.ts';
import { definedOnly } from '../../core/definedOnly.ts';
import type { ModelChoice } from './chooseModel.ts';
import * as responses from './responses.ts';

export interface Prompt {
  readonly sessionId: string;
  readonly directory: string;
  readonly messageId: string;
  readonly text: string;
  /** Added to OpenCode's own system prompt. */
  readonly system: string;
  readonly model: ModelChoice;
  /** Default: the person's own default. */
  readonly agent?: string | undefined;
}

/** The calls of one server that a turn needs. Each rejects with a `DockError`. */
export type OpencodeApi = ReturnType<typeof makeApi>;

interface Answer {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly response?: Response | undefined;
}

const limitMs = 30_000;
/** The first call for a folder loads its config, and may install a plugin's packages. */
const firstCallLimitMs = 180_000;
/** Longer than any call of our tools takes. */
const toolCallLimitMs = 10 * 60_000;

const anything = z.unknown();

export function makeApi(url: string, password: string) {
  const authorization = `Basic ${Buffer.from(`opencode:${password}`).toString('base64')}`;
  const client: OpencodeClient = createOpencodeClient({ baseUrl: url, headers: { authorization } });
  const within = (ms = limitMs) => ({ signal: AbortSignal.timeout(ms) });

  return {
    health: (timeoutMs: number) =>
      read('health', client.global.health(within(timeoutMs)), responses.healthSchema),
    place: (directory: string) =>
      read('path', client.path.get({ directory }, within(firstCallLimitMs)), responses.placeSchema),
    agents: (directory: string) =>
      read('agents', client.app.agents({ directory }, within()), responses.agentsSchema),
    config: (directory: string) =>
      read('config', client.config.get({ directory }, within()), responses.configSchema),
    catalog: (directory: string) =>
      read('providers', client.config.providers({ directory }, within()), responses.catalogSchema),
    createSession: (directory: string, title: string, permission: readonly responses.Rule[]) =>
      read(
        'session',
        client.session.create({ directory, title, permission: [...permission] }, within()),
        responses.sessionSchema,
      ),
    session: (directory: string, sessionID: string) =>
      read('session', client.session.get({ directory, sessionID }, within()), responses.sessionSchema),
    /** Adds the rules behind those the session has. */
    addRules: (directory: string, sessionID: string, permission: readonly responses.Rule[]) =>
      read(
        'session',
        client.session.update({ directory, sessionID, permission: [...permission] }, within()),
        anything,
      ),
    prompt: ({ sessionId: sessionID, directory, messageId, text, system, model, agent }: Prompt) =>
      read(
        'prompt',
        client.session.promptAsync(
          {
            sessionID,
            directory,
            messageID: messageId,
            system,
            model: { providerID: model.providerId, modelID: model.modelId },
            ...definedOnly({ variant: model.variant, agent }),
            parts: [{ type: 'text', text }],
          },
          within(),
        ),
        anything,
      ),
    abort: (directory: string, sessionID: string) =>
      read('abort', client.session.abort({ directory, sessionID }, within()), anything),
    isIdle: async (directory: string, sessionID: string) => {
      const statuses = await read(
        'status',
        client.session.status({ directory }, within()),
        responses.statusesSchema(sessionID),
      );
      return (statuses[sessionID]?.type ?? 'idle') === 'idle';
    },
    /** The newest messages of a session, oldest first. */
    messages: (directory: string, sessionID: string, limit: number) =>
      read(
        'messages',
        client.session.messages({ directory, sessionID, limit }, within()),
        responses.messagesSchema,
      ),
    /** A page of them, oldest first; `before`: the `next` of the page that comes after it. */
    messagePage: async (directory: string, sessionID: string, limit: number, before: string | undefined) => {
      const call = client.session.messages(
        { directory, sessionID, limit, ...(before === undefined ? {} : { before }) },
        within(),
      );
      const messages = await read('messages', call, responses.messagesSchema);
      return { messages, next: (await call).response?.headers.get('x-next-cursor') ?? undefined };
    },
    permissions: (directory: string) =>
      read('permissions', client.permission.list({ directory }, within()), responses.openRequestsSchema),
    allow: (directory: string, requestID: string) =>
      read(
        'permission',
        client.permission.reply({ directory, requestID, reply: 'once' }, within()),
        anything,
      ),
    refuse: (directory: string, requestID: string, message: string) =>
      read(
        'permission',
        client.permission.reply({ directory, requestID, reply: 'reject', message }, within()),
        anything,
      ),
    questions: (directory: string) =>
      read('questions', client.question.list({ directory }, within()), responses.openRequestsSchema),
    answerQuestion: (directory: string, requestID: string, answers: string[][]) =>
      read('question', client.question.reply({ directory, requestID, answers }, within()), anything),
    /** Connects to an MCP server; answers how it and the folder's other ones are. The first call starts them all. */
    addTools: (directory: string, name: string, { url, token }: ToolEndpoint) =>
      read(
        'mcp',
        client.mcp.add(
          {
            directory,
            name,
            config: {
              type: 'remote',
              url,
              headers: { Authorization: `Bearer ${token}` },
              // A refusal would begin a search for a login page.
              oauth: false,
              timeout: toolCallLimitMs,
            },
          },
          within(firstCallLimitMs),
        ),
        responses.toolServersSchema,
      ),
    /** Closes the connection and forgets the token. */
    removeTools: (directory: string, name: string) =>
      read(
        'mcp',
        client.mcp.add(
          { directory, name, config: { type: 'remote', url: 'http://127.0.0.1/', enabled: false } },
          within(),
        ),
        anything,
      ),
    /** Events of all folders; ends with the connection. */
    events: async (signal: AbortSignal): Promise<AsyncIterable<unknown>> =>
      (await client.global.event({ signal, sseMaxRetryAttempts: 1 })).stream,
  };
}

async function read<Result>(name: string, call: Promise<Answer>, schema: z.ZodType<Result>): Promise<Result> {
  const { data, error, response } = await call;
  if (data === undefined) throw refusal(name, error, response?.status);
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new DockError(
    'version_mismatch',
    `OpenCode answered \`${name}\` in a form AgentDock does not know.`,
    {
      hint: 'Install the OpenCode version AgentDock is tested with (see `agentdock providers`).',
      cause: parsed.error,
    },
  );
}

const refusalSchema = z.looseObject({ data: z.looseObject({ message: z.string() }) });

function refusal(name: string, error: unknown, status: number | undefined): DockError {
  const said = refusalSchema.safeParse(error);
  const detail = said.success ? said.data.data.message : error instanceof Error ? error.message : 'no reason';
  const message = `OpenCode refused \`${name}\`: ${detail}`;
  if (status === undefined) {
    return new DockError('unknown', `OpenCode did not answer \`${name}\`: ${detail}`, {
      retryable: true,
      cause: error,
    });
  }
  if (status === 404) return new DockError('not_found', message, { cause: error });
  return new DockError(status < 500 ? 'invalid_arguments' : 'unknown', message, { cause: error });
}
