import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { DockClient } from '../client/dockClient.ts';
import { hostFolder } from '../client/hostFolder.ts';
import { DockFolder, type FolderChange } from './dockFolder.ts';
import { HostSettings } from './hostSettings.ts';
import type { Logger } from './logger.ts';
import { watchDrops } from './watchDrops.ts';

/**
 * The workspace folders that hold `.agentdock/`, as they come and go. In an untrusted workspace there are none:
 * nothing is connected to, nothing started.
 */
export class DockFolders implements vscode.Disposable {
  readonly #connect: (workspace: string) => DockClient;
  readonly #logger: Logger;
  readonly #folders = new Map<string, DockFolder>();
  readonly #changes = new vscode.EventEmitter<FolderChange | undefined>();
  readonly #subscriptions: vscode.Disposable[];
  #watchers: vscode.Disposable[] = [];
  #work: Promise<void> = Promise.resolve();
  #isDisposed = false;
  /** Undefined when the folders themselves changed. */
  readonly onDidChange = this.#changes.event;

  constructor(connect: (workspace: string) => DockClient, logger: Logger) {
    this.#connect = connect;
    this.#logger = logger;
    this.#subscriptions = [
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#watch()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.refresh()),
      new HostSettings(() => this.all, logger),
    ];
    this.#watch();
  }

  get all(): readonly DockFolder[] {
    return [...this.#folders.values()];
  }

  get(key: string): DockFolder | undefined {
    return this.#folders.get(key);
  }

  /** Looks again which folders are there; one look at a time. */
  refresh(): Promise<void> {
    this.#work = this.#work
      .then(() => this.#look())
      .catch(error => this.#logger.error(`folders: ${String(error)}`));
    return this.#work;
  }

  dispose(): void {
    this.#isDisposed = true;
    vscode.Disposable.from(...this.#subscriptions, ...this.#watchers, ...this.#folders.values()).dispose();
    this.#folders.clear();
    this.#changes.dispose();
  }

  #watch(): void {
    vscode.Disposable.from(...this.#watchers).dispose();
    this.#watchers = localFolders().map(folder => {
      const watcher = vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(folder, '.agentdock'),
        false,
        true,
        false,
      );
      watcher.onDidCreate(() => void this.refresh());
      watcher.onDidDelete(() => void this.refresh());
      return watcher;
    });
    void this.refresh();
  }

  async #look(): Promise<void> {
    const wanted = new Map<string, vscode.WorkspaceFolder>();
    if (vscode.workspace.isTrusted) {
      for (const folder of localFolders()) {
        if (await isInitialized(folder)) wanted.set(folder.uri.toString(), folder);
      }
    }
    if (this.#isDisposed) return;
    for (const [key, folder] of this.#folders) {
      if (wanted.has(key)) continue;
      folder.dispose();
      this.#folders.delete(key);
    }
    for (const [key, folder] of wanted) {
      if (this.#folders.has(key)) continue;
      this.#add(key, folder);
    }
    this.#changes.fire(undefined);
  }

  /** A folder that is gone in this very moment takes no other with it. */
  #add(key: string, folder: vscode.WorkspaceFolder): void {
    try {
      const root = hostFolder(folder.uri.fsPath);
      const onChange = (change: FolderChange) => this.#changes.fire(change);
      const dock = new DockFolder(folder, root, this.#connect(root), onChange);
      dock.own(watchDrops(root, () => dock.needHost()));
      this.#folders.set(key, dock);
    } catch (error) {
      this.#logger.error(`${folder.name}: ${String(error)}`);
    }
  }
}

/** Folders of this machine; others cannot hold a host. */
export function localFolders(): readonly vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(folder => folder.uri.scheme === 'file');
}

async function isInitialized(folder: vscode.WorkspaceFolder): Promise<boolean> {
  return stat(join(folder.uri.fsPath, '.agentdock')).then(
    found => found.isDirectory(),
    () => false,
  );
}
