import type { DockClient } from './dockClient.ts';

export interface WindowIdentity {
  /** Ed25519 keys of this person's windows, PEM; the public half is listed in the person's user folder. */
  readonly publicKey: string;
  readonly privateKey: string;
}

export interface ConnectOptions {
  /** Absolute path of the folder that holds `.agentdock/`. */
  readonly workspace: string;
  readonly kind: 'window' | 'cli';
  readonly version: string;
  readonly window?: WindowIdentity;
  /** Starts a host when none runs; absent: only a running one is used. */
  readonly startHost?: () => Promise<void>;
  readonly log?: (message: string) => void;
}

export declare function connect(options: ConnectOptions): DockClient;
