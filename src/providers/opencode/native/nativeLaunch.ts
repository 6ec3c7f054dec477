import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { threadMark } from '../../../core/agentMarks.ts';
import type { DriverContext } from '../../driver.ts';
import { type Launch, launchable } from '../../process/resolveBinary.ts';
import { withoutProxyToUs } from '../../process/withoutProxyToUs.ts';
import { makeApi, type OpencodeApi } from '../api.ts';
import { requireOpencode } from '../binary.ts';
import { freePort } from '../freePort.ts';
import type { OpenSession } from '../openSession.ts';
import { serverEnvironment } from '../serverConfig.ts';
import { changedFor, writeShellPlugin } from '../shellPlugin.ts';
import { writeSessionPlugin } from './sessionPlugin.ts';

export interface NativeLaunch {
  readonly launch: Launch;
  readonly workingDir: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Of the program, once it runs: its terminal is a server for us at the same time. */
  readonly api: OpencodeApi;
  /** Resolves once that server is surely the program's own: before, it is told no secret. */
  listens(signal: AbortSignal): Promise<void>;
  /** Lets prompts through to the agent. */
  open(): Promise<void>;
  dispose(): Promise<void>;
}

/** OpenCode's terminal on one session, with the settings that its server has. */
export async function prepareNative(
  context: DriverContext,
  threadId: string,
  session: OpenSession,
): Promise<NativeLaunch> {
  const file = await requireOpencode(context);
  const folder = path.join(context.runtimeDir, `opencode-${randomUUID().slice(0, 8)}`);
  // It unpacks native libraries of several MB there.
  const dispose = () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  try {
    return { ...(await fill(folder, { context, threadId, session, file })), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

interface Parts {
  readonly context: DriverContext;
  readonly threadId: string;
  readonly session: OpenSession;
  /** Of the program. */
  readonly file: string;
}

async function fill(
  folder: string,
  { context, threadId, session, file }: Parts,
): Promise<Omit<NativeLaunch, 'dispose'>> {
  const temporaryFolder = path.join(folder, 'tmp');
  await mkdir(temporaryFolder, { recursive: true, mode: 0o700 });
  const password = randomBytes(24).toString('base64url');
  const plugin = await writeSessionPlugin(folder, session);
  const environment = {
    ...serverEnvironment({
      environment: withoutProxyToUs(context.environment),
      password,
      pluginFiles: [plugin.file, path.join(folder, 'plugin', 'agentdock.mjs')],
      temporaryFolder,
      mark: [threadMark, threadId],
    }),
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
  };
  await writeShellPlugin(folder, changedFor(environment, context.environment, [threadMark]));
  const port = await freePort();
  const { providerId, modelId } = session.model;
  return {
    launch: launchable(file, [
      ...['--hostname', '127.0.0.1', '--port', String(port)],
      ...['--session', session.id, '--model', `${providerId}/${modelId}`],
    ]),
    workingDir: session.directory,
    environment,
    api: makeApi(`http://127.0.0.1:${port}`, password),
    listens: signal => plugin.listensOn(port, signal),
    open: () => plugin.open(),
  };
}
