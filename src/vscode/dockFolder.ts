import { realpathSync } from 'node:fs';
import type * as vscode from 'vscode';
import type { ConnectionState, DockClient, Unsubscribe } from '../client/dockClient.ts';
import { renewHost } from '../client/renewHost.ts';
import type { ProviderId } from '../contracts/ids.ts';
import { restStates, type Thread } from '../contracts/thread.ts';
import { isNativeOpen } from '../core/isNativeOpen.ts';
import { runsInPty } from '../core/runsInPty.ts';

export interface FolderChange {
  readonly folder: DockFolder;
  /** The threads that changed; undefined when all of the folder may have. */
  readonly changed: readonly Thread[] | undefined;
}

/** One workspace folder that holds `.agentdock/`, and the client of its host. */
export class DockFolder implements vscode.Disposable {
  readonly folder: vscode.WorkspaceFolder;
  /** Real path of the folder the host works in: of a linked worktree it is the main one's. */
  readonly root: string;
  /** The same where it is not the workspace folder itself: agents work there, not here. */
  readonly elsewhere: string | undefined;
  readonly client: DockClient;
  /** False once the host has said that no agent CLI is there; undefined while nobody asked. */
  hasProvider: boolean | undefined;
  /** Providers whose own terminal program the host can open. */
  #withTerminal: ReadonlySet<ProviderId> = new Set();
  readonly #subscriptions: Unsubscribe[];
  readonly #onChange: (change: FolderChange) => void;
  #refreshing: Promise<void> = Promise.resolve();

  constructor(
    folder: vscode.WorkspaceFolder,
    root: string,
    client: DockClient,
    onChange: (change: FolderChange) => void,
  ) {
    this.folder = folder;
    this.root = root;
    this.elsewhere = realpathSync(folder.uri.fsPath) === root ? undefined : root;
    this.client = client;
    this.#onChange = onChange;
    this.#subscriptions = [
      client.onDidChangeState(state => this.#followState(state)),
      client.onDidChangeTrouble(() => onChange({ folder: this, changed: undefined })),
      client.onDidChangeThreads((changed, isSnapshot) =>
        onChange({ folder: this, changed: isSnapshot ? undefined : changed }),
      ),
    ];
  }

  /** Names the folder in tree ids, command arguments and what is remembered. */
  get key(): string {
    return this.folder.uri.toString();
  }

  /** Whether the thread's own terminal is open, about to be, or can be opened now. */
  hasNativeTerminal(thread: Thread): boolean {
    const isAtRest = restStates.has(thread.state) && thread.queue.length === 0;
    return isNativeOpen(thread) || (isAtRest && this.#withTerminal.has(thread.provider));
  }

  /** What is to be disposed with the folder. */
  own(disposable: vscode.Disposable): void {
    this.#subscriptions.push(() => disposable.dispose());
  }

  /** Somebody asks for something without being a client: a host that has ended starts again. */
  needHost(): void {
    if (this.client.state.kind === 'offline') this.client.retry();
  }

  dispose(): void {
    for (const unsubscribe of this.#subscriptions.splice(0)) unsubscribe();
    this.client.dispose();
  }

  #followState(state: ConnectionState): void {
    this.#onChange({ folder: this, changed: undefined });
    if (state.kind === 'connected' && this.hasProvider !== true) void this.#lookForProviders();
  }

  /** Only an empty fleet needs to know; the answer chooses what the empty view says. */
  async #lookForProviders(): Promise<boolean | undefined> {
    try {
      const { providers } = await this.client.call('list_providers', {});
      this.hasProvider = providers.some(health => health.installed && !runsInPty(health));
      this.#withTerminal = new Set(
        providers.filter(one => one.native_terminal === true).map(({ provider }) => provider),
      );
    } catch {
      // Without an answer the view makes no claim.
      return undefined;
    }
    this.#onChange({ folder: this, changed: undefined });
    return this.hasProvider;
  }

  /** Asks again, after the person installed something or set a path. */
  refreshProviders(): void {
    this.#refreshing = this.#refreshing.then(() => this.#refreshProviders());
  }

  async #refreshProviders(): Promise<void> {
    if (this.client.state.kind !== 'connected') return;
    const found = await this.#lookForProviders();
    // A host keeps the paths it was started with. Connected to the next one we look once more.
    if (found === false) await renewHost(this.client).catch(() => undefined);
  }

  /** After settings were changed. Without a host there is nothing to do: the next one reads them. */
  async renewHost(changedAt: number): Promise<'busy' | 'renewed'> {
    if (this.client.state.kind !== 'connected') return 'renewed';
    const renewed = await renewHost(this.client, changedAt);
    if (renewed === 'renewed') await this.#lookForProviders();
    return renewed;
  }
}
