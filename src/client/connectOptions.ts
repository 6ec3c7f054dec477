/** Ed25519 keys of this person's windows, PEM; the public half is listed in the person's user folder. */
export interface WindowIdentity {
  readonly publicKey: string;
  readonly privateKey: string;
}

export interface ConnectOptions {
  /** Absolute path of the folder that holds `.agentdock/`. */
  readonly workspace: string;
  readonly kind: 'window' | 'cli';
  readonly version: string;
  /** Asked at each connection: what kept the keys away may be mended by then. */
  readonly window?: () => Promise<WindowIdentity>;
  /** Starts a host when none runs; absent: only a running one is used. */
  readonly startHost?: () => Promise<void>;
  /** Only to show or stop the host: takes one of any protocol, and follows nothing. */
  readonly anyProtocol?: boolean;
  readonly log?: (message: string) => void;
}
