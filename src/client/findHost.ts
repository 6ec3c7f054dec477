import { DockError } from '../contracts/errors.ts';
import type { ConnectOptions, WindowIdentity } from './connectOptions.ts';
import { readHostFile } from './hostFile.ts';
import { openRpcConnection, type RpcConnection } from './rpcConnection.ts';

/** A connection to the running host; starts one if there is none and that is allowed. */
export async function findHost(
  options: ConnectOptions,
  window: WindowIdentity | undefined,
  signal: AbortSignal,
): Promise<RpcConnection> {
  const file = await readHostFile(options.workspace);
  if (file !== undefined) {
    try {
      return await openRpcConnection(file, options, window);
    } catch (error) {
      if (isFinal(error)) throw error;
      if (options.startHost === undefined) throw nobodyListens(error) ? notRunning() : error;
      options.log?.(`the host of pid ${file.pid} does not answer; starting one`);
    }
  }
  if (options.startHost === undefined) throw notRunning();
  // Closed while it waited for keys or looked for a host: nobody needs one any more.
  signal.throwIfAborted();
  await options.startHost();
  const started = await readHostFile(options.workspace);
  if (started === undefined)
    throw new DockError('upstream_unavailable', 'The host did not write its endpoint.');
  return openRpcConnection(started, options, window);
}

/** Trying again at once would not help: a disk that is full or read-only stays so until somebody acts. */
export function isFinal(error: unknown): boolean {
  return error instanceof DockError && (!error.retryable || error.code === 'storage_unavailable');
}

function notRunning(): DockError {
  return new DockError('not_found', 'No AgentDock host runs for this workspace.', {
    hint: 'A VS Code window on the folder starts one, and so does any `agentdock` command of a person.',
  });
}

/** The host ended without taking its endpoint back. */
function nobodyListens(error: unknown): boolean {
  const cause = error instanceof DockError ? error.cause : undefined;
  return (
    cause instanceof Error && 'code' in cause && (cause.code === 'ECONNREFUSED' || cause.code === 'ENOENT')
  );
}
