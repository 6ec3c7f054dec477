import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { toolServerName } from '../../contracts/toolEndpoint.ts';
import { threadMark } from '../../core/agentMarks.ts';
import type { DriverContext, TurnRequest } from '../driver.ts';
import type { CliOptions } from '../process/spawnCli.ts';
import { missingTools } from './agentTools.ts';
import { missingBinary } from './errors.ts';
import { findClaude } from './findClaude.ts';
import { cliPermissionMode, deniesAllTools, disallowedTools, permissionSettings } from './permissions.ts';
import { readProjectMemory } from './projectMemory.ts';
import { planSession, type SessionPlan } from './sessions.ts';
import { readUserSettings, type UserSettings } from './userSettings.ts';

export interface Launch {
  readonly session: SessionPlan;
  readonly cli: CliOptions;
  dispose(): Promise<void>;
}

/**
 * All that must be known before the process of a turn starts. `more`: settings besides its own. Rejects with a
 * DockError.
 */
export async function prepareLaunch(
  context: DriverContext,
  request: TurnRequest,
  argumentsOf: (request: TurnRequest, prepared: Prepared) => readonly string[] = turnArguments,
  more: object = {},
): Promise<Launch> {
  const file = await findClaude(context);
  if (file === undefined) throw missingBinary();
  const { environment } = context;
  const session = await planSession({ ...request, environment });
  const settings = await readUserSettings(environment);
  // The CLI would offer them to the model all the same, and refuse every call.
  if (request.tools !== undefined && settings.denies.some(deniesAllTools)) throw missingTools();
  const files = await writeFiles(context, request, settings, more);
  return {
    session,
    cli: {
      file,
      args: argumentsOf(request, { session, settings, files }),
      workingDir: request.workingDir,
      environment: turnEnvironment(environment, request.threadId),
    },
    dispose: async () => {
      for (const one of Object.values(files)) await rm(one, { force: true });
    },
  };
}

export interface Prepared {
  readonly session: SessionPlan;
  readonly settings: UserSettings;
  readonly files: TurnFiles;
}

/** What is too long for a command line, which takes no more than 8,191 characters through a Windows shim. */
export interface TurnFiles {
  readonly instructions: string;
  readonly settings: string;
}

function turnArguments(request: TurnRequest, prepared: Prepared): string[] {
  return [
    '-p',
    '--input-format=stream-json',
    '--output-format=stream-json',
    '--verbose',
    '--replay-user-messages',
    '--include-partial-messages',
    '--permission-prompt-tool=stdio',
    ...sharedArguments(request, prepared),
  ];
}

/** What a turn is, with or without a terminal. */
export function sharedArguments(request: TurnRequest, { session, settings, files }: Prepared): string[] {
  const { permissionMode: mode, effort } = request;
  const model = request.model ?? (session.transcript === undefined ? undefined : resumedModel(settings));
  return [
    `--permission-mode=${cliPermissionMode(mode)}`,
    `--disallowedTools=${disallowedTools(mode).join(',')}`,
    `--settings=${files.settings}`,
    // The repository's own hooks, servers, plugins and permissions stay out; its CLAUDE.md comes with ours.
    '--setting-sources=user',
    '--strict-mcp-config',
    ...(request.tools === undefined ? [] : [`--allowedTools=mcp__${toolServerName}`]),
    `--append-system-prompt-file=${files.instructions}`,
    ...(model === undefined ? [] : [`--model=${model}`]),
    ...(effort === undefined ? [] : [`--effort=${effort}`]),
    ...session.args,
  ];
}

/** A session resumed without a model goes on with a narrower context window than the person's choice has. */
function resumedModel(settings: UserSettings): string {
  return settings.model ?? 'default';
}

/** AgentDock itself lets no call wait longer than a minute. */
const toolTimeoutMs = '900000';

function turnEnvironment(
  environment: Readonly<Record<string, string>>,
  threadId: string,
): Readonly<Record<string, string>> {
  return {
    // Its default of ten attempts is minutes of silence, also for a refused key.
    CLAUDE_CODE_MAX_RETRIES: '3',
    DISABLE_AUTOUPDATER: '1',
    ...environment,
    CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS: '1',
    // The first model request waits for our tools; a call of theirs may take its time, whatever the person set.
    MCP_CONNECTION_NONBLOCKING: '0',
    MCP_TOOL_TIMEOUT: toolTimeoutMs,
    [threadMark]: threadId,
  };
}

/** The CLI forgets both between turns, so each turn brings them. */
async function writeFiles(
  context: DriverContext,
  request: TurnRequest,
  { allows: userAllows }: UserSettings,
  more: object,
): Promise<TurnFiles> {
  const { workspace, workingDir, permissionMode: mode } = request;
  const memory = await readProjectMemory(workspace, workingDir);
  const instructions = [request.instructions, memory].filter(part => part !== '').join('\n\n');
  const settings = JSON.stringify({ ...permissionSettings({ workspace, mode, userAllows }), ...more });
  await mkdir(context.runtimeDir, { recursive: true, mode: 0o700 });
  const name = path.join(context.runtimeDir, `claude-${randomUUID()}`);
  const files = { instructions: `${name}.md`, settings: `${name}.json` };
  await writeFile(files.instructions, instructions, { mode: 0o600 });
  await writeFile(files.settings, settings, { mode: 0o600 });
  return files;
}
