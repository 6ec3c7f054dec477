import * as z from 'zod';
import { DockError } from '../../contracts/errors.ts';
import type { DriverContext, TurnRequest } from '../driver.ts';
import { within } from '../process/within.ts';
import type { AppServer, SessionListener } from './appServer.ts';
import {
  environmentPolicy,
  projectRootMarkers,
  readEffectiveConfig,
  serverNames,
  withoutRepositoryServers,
} from './effectiveConfig.ts';
import { permissionConfig } from './permissionModes.ts';
import { isLargePrompt, largePromptConfig } from './prompt.ts';
import { explainNotLoaded, toolServer } from './toolServer.ts';

export interface Session {
  readonly id: string;
  /** The file Codex keeps the conversation in. */
  readonly transcriptPath: string | undefined;
  /** What `turn/start` has to say beside the prompt. */
  readonly turnSettings: Readonly<Record<string, unknown>>;
  /** What it was opened with, for another one in its place. */
  readonly openSettings: SessionSettings;
}

export interface SessionSettings {
  readonly cwd: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
}

const unloadLimitMs = 5_000;
const closeLimitMs = 10_000;
/** It waits for the person's MCP servers to start, each with a limit of its own that the person may have raised. */
const openLimitMs = 10 * 60_000;
const emptySchema = z.looseObject({});
const threadReplySchema = z.looseObject({
  thread: z.looseObject({ id: z.string(), path: z.string().nullish() }),
});

/** Starts a new session or loads the one asked for; from then on `listener` hears of it. */
export async function openSession(
  server: AppServer,
  request: TurnRequest,
  context: DriverContext,
  listener: SessionListener,
): Promise<Session> {
  const { connection } = server;
  const effective = await readEffectiveConfig(connection, request.workingDir);
  const permissions = permissionConfig(request.permissionMode, {
    workspace: request.workspace,
    runtimeDir: context.runtimeDir,
  });
  const tools = request.tools && toolServer(request.tools, serverNames(effective));
  const approvalPolicy = 'on-request';
  const settings = {
    cwd: request.workingDir,
    approvalPolicy,
    developerInstructions: tools ? `${request.instructions}\n\n${tools.hint}` : request.instructions,
    ...(request.model === undefined ? {} : { model: request.model }),
    config: {
      'agents.enabled': false,
      ...permissions.config,
      shell_environment_policy: environmentPolicy(effective, request.threadId),
      project_root_markers: projectRootMarkers(effective, request.workspace),
      mcp_servers: {
        ...withoutRepositoryServers(effective),
        ...(tools && { [tools.name]: tools.config }),
      },
      ...(isLargePrompt(request.prompt) ? largePromptConfig : {}),
    },
  };
  const opening =
    request.session === undefined
      ? startSession(server, settings, listener)
      : resumeSession(server, request.session.id, settings, listener);
  const thread = await opening.catch((error: unknown) => {
    throw tools ? explainNotLoaded(error, tools) : error;
  });
  if (request.session === undefined) await persist(server, thread.id, request, context);
  return {
    id: thread.id,
    transcriptPath: thread.path ?? undefined,
    openSettings: settings,
    turnSettings: {
      approvalPolicy,
      permissions: permissions.turnProfile,
      ...(request.model === undefined ? {} : { model: request.model }),
      ...(request.effort === undefined ? {} : { effort: request.effort }),
    },
  };
}

/** Unloads the session, so that other programs can resume it and its memory is given back. */
export async function closeSession(server: AppServer, id: string, unloaded: Promise<void>): Promise<void> {
  const { connection } = server;
  await connection.call('thread/backgroundTerminals/clean', { threadId: id }, emptySchema, closeLimitMs);
  const reply = await connection.call(
    'thread/unsubscribe',
    { threadId: id },
    z.looseObject({ status: z.string().optional() }),
    closeLimitMs,
  );
  if (reply.status !== 'unsubscribed') return;
  await within(unloadLimitMs, unloaded, 'Codex did not unload the session.');
}

type StoredThread = z.infer<typeof threadReplySchema>['thread'];

async function startSession(
  server: AppServer,
  settings: object,
  listener: SessionListener,
): Promise<StoredThread> {
  const { thread } = await server.connection.call('thread/start', settings, threadReplySchema, openLimitMs);
  server.listen(thread.id, listener);
  return thread;
}

async function resumeSession(
  server: AppServer,
  id: string,
  settings: object,
  listener: SessionListener,
): Promise<StoredThread> {
  await server.untilLeft(id);
  if (!server.listen(id, listener)) {
    throw new DockError('conflict', 'Another thread is using this Codex session.', {
      hint: 'Wait for its turn to end.',
    });
  }
  try {
    const params = { threadId: id, excludeTurns: true, ...settings };
    const { thread } = await server.connection.call('thread/resume', params, threadReplySchema, openLimitMs);
    if (thread.id === id) return thread;
    throw new DockError('not_found', `Codex opened session ${thread.id} instead of ${id}.`, {
      hint: 'Spawn a new thread.',
    });
  } catch (error) {
    server.unlisten(id);
    throw error;
  }
}

/** A session without a turn is on disk only once it has a name; without it a crash now would lose the session. */
async function persist(
  server: AppServer,
  id: string,
  request: TurnRequest,
  context: DriverContext,
): Promise<void> {
  try {
    await server.connection.call('thread/name/set', { threadId: id, name: request.threadId }, emptySchema);
  } catch {
    context.log('codex did not take a name for a new session.');
  }
}
