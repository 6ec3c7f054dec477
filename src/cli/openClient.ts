import { join } from 'node:path';
import { connect } from '../client/connect.ts';
import type { DockClient } from '../client/dockClient.ts';
import { startHost } from '../client/startHost.ts';
import { version } from '../core/version.ts';

/**
 * A connected client of the workspace's host. Without `start` only a running one is used, of whatever protocol, to be
 * shown or stopped. Throws what kept it from connecting.
 */
export async function openClient(workspace: string, start: boolean): Promise<DockClient> {
  const hostScript = join(import.meta.dirname, 'host.js');
  const client = connect({
    workspace,
    kind: 'cli',
    version,
    ...(start
      ? {
          startHost: () =>
            startHost({ hostScript, workspace, environment: process.env, startedBy: 'command' }),
        }
      : { anyProtocol: true }),
  });
  await new Promise<void>((resolve, reject) => {
    const stop = client.onDidChangeState(state => {
      if (state.kind === 'connecting') return;
      stop();
      if (state.kind === 'connected') return resolve();
      client.dispose();
      reject(state.error);
    });
  });
  return client;
}
