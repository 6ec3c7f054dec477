import type { Socket } from 'node:net';
import type { ThreadStore } from '../store/threadStore.ts';
import type { Ending } from './ending.ts';
import { isPublished, type PublishedHost, publishEndpoint, withdrawEndpoint } from './endpoint.ts';
import { listen } from './listen.ts';
import type { Log } from './log.ts';
import { removeDeadSockets } from './servedFolder.ts';
import { stayFound } from './stayFound.ts';

export interface OpenToClientsOptions {
  readonly host: PublishedHost;
  readonly store: ThreadStore;
  readonly log: Log;
  readonly ending: Ending;
  readonly onClient: (socket: Socket) => void;
  /** Clients cannot find the host any more, and why. */
  readonly onLost: (reason: string) => void;
}

/** Listens for clients, and has them find the host until its end. */
export async function openToClients(options: OpenToClientsOptions): Promise<void> {
  const { host, store, log, ending, onClient, onLost } = options;
  const server = await listen(host.endpoint, log, onClient);
  ending.add('the endpoint', async () => {
    server.close();
    // Before the turns are ended: who looks for a host now waits for the next one.
    await withdrawEndpoint(host.workspace);
  });
  await removeDeadSockets(host.endpoint);
  const publish = () => publishEndpoint(host);
  await publish();
  const found = stayFound({
    store,
    isPublished: () => isPublished(host),
    publish,
    onMoved: () => onLost('its folder was moved or removed'),
    onTaken: () => onLost('another host has taken its folder'),
    log,
  });
  ending.add('the watch', async () => found.close());
}
