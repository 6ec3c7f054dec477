import type * as vscode from 'vscode';
import type { ConnectionState, DockClient, Unsubscribe } from '../client/dockClient.ts';
import type { Thread } from '../contracts/thread.ts';

export interface FolderChange {
  readonly folder: DockFolder;
  /** The threads that changed; undefined when all of the folder may have. */
  readonly changed: readonly Thread[] | undefined;
}

/** One workspace folder that holds `.agentdock/`, and the client of its host. */
export class DockFolder implements vscode.Disposable {
  readonly folder: vscode.WorkspaceFolder;
  readonly client: DockClient;
  /** False once the host has said that no agent CLI is there; undefined while nobody asked. */
  hasProvider: boolean | undefined;
  readonly #subscriptions: Unsubscribe[];
  readonly #onChange: (change: FolderChange) => void;

  constructor(folder: vscode.WorkspaceFolder, client: DockClient, onChange: (change: FolderChange) => void) {
    this.folder = folder;
    this.client = client;
    this.#onChange = onChange;
    this.#subscriptions = [
      client.onDidChangeState(state => this.#followState(state)),
      client.onDidChangeThreads((changed, isSnapshot) =>
        onChange({ folder: this, changed: isSnapshot ? undefined : changed }),
      ),
    ];
  }

  /** Names the folder in tree ids, command arguments and what is remembered. */
  get key(): string {
    return this.folder.uri.toString();
  }

  dispose(): void {
    for (const unsubscribe of this.#subscriptions.splice(0)) unsubscribe();
    this.client.dispose();
  }

  #followState(state: ConnectionState): void {
    this.#onChange({ folder: this, changed: undefined });
    if (state.kind === 'connected' && this.hasProvider === undefined) void this.#lookForProviders();
  }

  /** Only an empty fleet needs to know; the answer chooses what the empty view says. */
  async #lookForProviders(): Promise<void> {
    try {
      const { providers } = await this.client.call('list_providers', {});
      this.hasProvider = providers.some(health => health.installed && health.provider !== 'command');
    } catch {
      // Without an answer the view makes no claim.
      return;
    }
    this.#onChange({ folder: this, changed: undefined });
  }

  /** Asks again, after the person installed something. */
  refreshProviders(): void {
    this.hasProvider = undefined;
    if (this.client.state.kind === 'connected') void this.#lookForProviders();
  }
}
