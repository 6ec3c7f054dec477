import assert from 'node:assert/strict';
import type { DockClient } from '../../src/client/dockClient.ts';
import { DockError } from '../../src/contracts/errors.ts';
import { type Dock, untilConnected } from '../host/harness.ts';

/** A window that may be reloaded at any moment, with a person who says again what was lost on the way. */
export interface PersonAtWindow {
  client(): DockClient;
  /** The client of before is gone, with all that it waited for; the next one begins with a snapshot. */
  reload(): Promise<void>;
  /** Calls until a host has answered. The call must be one that can be repeated. */
  insist<Result>(call: (client: DockClient) => Promise<Result>): Promise<Result>;
}

export async function sitDown(dock: Dock): Promise<PersonAtWindow> {
  let client = await dock.connect();
  let opening: Promise<void> | undefined;
  const open = async () => {
    client.dispose();
    // A host that is killed again and again while it starts makes a window say that it is offline.
    for (;;) {
      const next = await dock.connect().catch(() => undefined);
      if (next !== undefined) {
        client = next;
        return;
      }
    }
  };
  const reload = async () => {
    opening ??= open().finally(() => {
      opening = undefined;
    });
    await opening;
  };
  return {
    client: () => client,
    reload,
    insist: async call => {
      for (;;) {
        await opening;
        const asked = client;
        if (asked.state.kind === 'offline') asked.retry();
        try {
          return await call(asked);
        } catch (error) {
          assert.ok(error instanceof DockError, String(error));
          if (!error.retryable && client === asked) throw error;
          if (client === asked) await untilConnected(asked).catch(() => undefined);
        }
      }
    },
  };
}
