import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DockError } from '../../contracts/errors.ts';
import type { ProcessRef } from '../../contracts/thread.ts';
import { hostMark } from '../../core/agentMarks.ts';
import type { DriverContext } from '../driver.ts';
import { endMarkedHost } from '../process/endTree.ts';
import { readLines } from '../process/lines.ts';
import { type Cli, spawnCli } from '../process/spawnCli.ts';
import { endStarted, processRefOf } from '../process/startedProcess.ts';
import { type SharedTracker, shareTracker } from '../process/trackDescendants.ts';
import { makeApi, type OpencodeApi } from './api.ts';
import { requireOpencode } from './binary.ts';
import { answering, connected } from './connect.ts';
import { freePort } from './freePort.ts';
import { serverEnvironment } from './serverConfig.ts';
import { makeSessionRoutes, type SessionRoutes } from './sessionRoutes.ts';
import { changedFor, type ShellPlugin, writeShellPlugin } from './shellPlugin.ts';
import { startAgain } from './startAgain.ts';
import { exitError, startError } from './startError.ts';

/** One `opencode serve`, which works for all threads. */
export interface OpencodeServer {
  readonly api: OpencodeApi;
  readonly process: ProcessRef;
  readonly plugin: ShellPlugin;
  readonly routes: SessionRoutes;
  readonly descendants: SharedTracker;
  isAlive(): boolean;
  /** `listener` hears why the process ended, now or later, until the returned function is called. */
  onGone(listener: (error: DockError) => void): () => void;
  /** Settles with the reason when the process has ended; never rejects. */
  readonly gone: Promise<DockError>;
  close(): Promise<void>;
}

const startLimitMs = 60_000;

export function startServer(context: DriverContext): Promise<OpencodeServer> {
  return startAgain(() => startOnce(context));
}

async function startOnce(context: DriverContext): Promise<OpencodeServer> {
  const file = await requireOpencode(context);
  const nonce = randomUUID();
  const folder = path.join(context.runtimeDir, `opencode-${nonce.slice(0, 8)}`);
  const temporaryFolder = path.join(folder, 'tmp');
  await mkdir(temporaryFolder, { recursive: true, mode: 0o700 });
  const password = randomBytes(24).toString('base64url');
  const environment = serverEnvironment({
    environment: context.environment,
    password,
    pluginFiles: [path.join(folder, 'plugin', 'agentdock.mjs')],
    temporaryFolder,
    mark: [hostMark, nonce],
  });
  const plugin = await writeShellPlugin(folder, changedFor(environment, context.environment, [hostMark]));
  const port = await freePort();
  const args = ['serve', '--hostname', '127.0.0.1', '--port', String(port)];
  const cli = spawnCli({ file, args, workingDir: folder, environment });
  cli.endInput();
  const stopFollowing = new AbortController();
  const leaving = makeLeaving();
  let isAlive = cli.pid !== undefined;
  const gone = cli.exited.then(exit => {
    isAlive = false;
    stopFollowing.abort();
    const error = exitError(exit);
    leaving.tell(error);
    return error;
  });

  const close = async (): Promise<void> => {
    stopFollowing.abort();
    if (ref !== undefined) await endStarted(cli, ref);
    await endMarkedHost(nonce);
    // Each server unpacks native libraries of several MB there.
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };

  let ref: ProcessRef | undefined;
  try {
    const { pid } = cli;
    if (pid !== undefined) ref = await processRefOf({ ...cli, pid }, 'opencode serve', true);
    const url = await listening(cli);
    const api = makeApi(url, password);
    await answering(api, stopFollowing.signal);
    if (ref === undefined) throw new DockError('unknown', 'OpenCode’s server ended right after its start.');
    const routes = makeSessionRoutes();
    await connected(api, event => routes.deliver(event), stopFollowing.signal);
    return {
      api,
      process: ref,
      plugin,
      routes,
      descendants: shareTracker(ref),
      isAlive: () => isAlive,
      onGone: leaving.listen,
      gone,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Who hears of the server's end. A promise would keep every turn that ever waited for it. */
function makeLeaving() {
  const listeners = new Set<(error: DockError) => void>();
  let ended: DockError | undefined;
  const listen: OpencodeServer['onGone'] = listener => {
    if (ended === undefined) listeners.add(listener);
    else listener(ended);
    return () => void listeners.delete(listener);
  };
  return {
    listen,
    tell: (error: DockError): void => {
      ended = error;
      for (const listener of [...listeners]) listener(error);
      listeners.clear();
    },
  };
}

/** The URL it prints when it listens. */
async function listening(cli: Cli): Promise<string> {
  const line = new Promise<string>(resolve => {
    void readLines(cli.stdout, text => {
      const url = /listening on (http:\/\/\S+)/.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  const ended = cli.exited.then(exit => {
    throw startError(exit, cli.stderrTail());
  });
  const late = pause(startLimitMs, undefined, { ref: false }).then(() => {
    throw new DockError('timeout', `OpenCode’s server did not start within ${startLimitMs / 1000} s.`);
  });
  return Promise.race([line, ended, late]);
}
