import { before } from 'node:test';
import type { DockClient } from '../../src/client/dockClient.ts';
import { type Dock, makeDock, wholeFile } from './harness.ts';

export interface HostOfFile {
  readonly dock: Dock;
  readonly client: DockClient;
}

/**
 * One host for all tests of a file, there once they run, with what `prepare` makes of it: node does not wait for one hook
 * of a file before it begins the next. To be called at the top of the file.
 */
export function hostForFile(prepare?: (host: HostOfFile) => Promise<void>): () => HostOfFile {
  const file = wholeFile();
  let host: HostOfFile | undefined;
  before(async () => {
    const dock = await makeDock(file);
    host = { dock, client: await dock.connect() };
    await prepare?.(host);
  });
  return () => {
    if (host === undefined) throw new Error('Expected the tests of the file to run, got a call before.');
    return host;
  };
}
