import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  createMessageConnection,
  type MessageConnection,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import { connect } from '../../src/client/connect.ts';
import type { ConnectOptions } from '../../src/client/connectOptions.ts';
import type { HostFile, RequestParams } from '../../src/contracts/rpc.ts';
import { makeNonce, proofOf } from '../../src/core/proof.ts';
import { temporaryFolder } from '../store/temporaryFolder.ts';

interface OtherHostOptions {
  readonly version?: string;
  /** The newest and the oldest that it speaks. */
  readonly protocol?: number;
  readonly oldest?: number;
  /** Its requests after `prove`; it knows no others. */
  readonly requests?: Readonly<Record<string, (params: unknown, connection: MessageConnection) => unknown>>;
}

/** A host of another version of AgentDock, and clients of ours that look for it. */
export async function makeOtherHost(t: TestContext, options: OtherHostOptions) {
  const { version = '0.0.1', protocol = 1, oldest = 1, requests = {} } = options;
  const workspace = await realpath(await temporaryFolder(t));
  const state = join(workspace, '.agentdock', 'state');
  await mkdir(state, { recursive: true });
  const endpoint = join(workspace, 'x.sock');
  const file: HostFile = {
    v: 1,
    pid: process.pid,
    start_time: '',
    endpoint,
    key: 'k',
    version,
    protocol,
    workspace,
  };
  const server = createServer(socket => {
    const connection = createMessageConnection(
      new SocketMessageReader(socket),
      new SocketMessageWriter(socket),
    );
    socket.on('error', () => socket.destroy());
    connection.onRequest('challenge', ({ nonce }: RequestParams<'challenge'>) => {
      const host = makeNonce();
      return { nonce: host, proof: proofOf(file.key, 'host', { client: nonce, host }), protocol, oldest };
    });
    connection.onRequest('prove', () => ({ caller: 'person' }));
    for (const [name, handle] of Object.entries(requests)) {
      connection.onRequest(name, (params: unknown) => handle(params, connection));
    }
    connection.listen();
  });
  await new Promise<void>(resolve => server.listen(endpoint, resolve));
  await writeFile(join(state, 'host.json'), JSON.stringify(file));
  t.after(() => server.close());
  const client = (given: Partial<ConnectOptions> = {}) => {
    const connected = connect({ workspace, kind: 'cli', version: '0.1.0', ...given });
    t.after(() => connected.dispose());
    return connected;
  };
  return { workspace, client };
}
