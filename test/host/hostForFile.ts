import { before } from 'node:test';
import type { DockClient } from '../../src/client/dockClient.ts';
import { type Dock, makeDock, wholeFile } from './harness.ts';

export interface HostOfFile {
  readonly dock: Dock;
  readonly client: DockClient;
}

/** One host for all tests of a file, there once they run. To be called at the top of the file. */
export function hostForFile(): () => HostOfFile {
  const file = wholeFile();
  let host: HostOfFile | undefined;
  before(async () => {
    const dock = await makeDock(file);
    host = { dock, client: await dock.connect() };
  });
  return () => {
    if (host === undefined) throw new Error('Expected the tests of the file to run, got a call before.');
    return host;
  };
}
