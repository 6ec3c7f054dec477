import * as vscode from 'vscode';
import { runCommand } from '../vscode/commandGate.ts';
import { threadsViewId } from '../vscode/commandIds.ts';
import { setContextKey } from '../vscode/contextKeys.ts';
import type { DockFolder } from '../vscode/dockFolder.ts';
import type { DockFolders } from '../vscode/dockFolders.ts';
import { badgeOf } from './badge.ts';
import { countRequests } from './fleetCounts.ts';
import { folderDescription, problemMessage } from './folderProblems.ts';
import type { StoppedThreads } from './stoppedThreads.ts';
import type { Stop } from './stops.ts';
import { threadDescription } from './threadDescription.ts';
import { threadItem } from './threadItem.ts';
import { threadTooltip } from './threadTooltip.ts';
import { ThreadTree, type TreeChange, type TreeNode } from './threadTree.ts';
import { welcomeState } from './welcomeState.ts';

const tickMs = 15_000;
/** Changes are drawn at most so often: a fleet at work changes many times a second. */
const drawEveryMs = 100;

/** The Threads view. Draws only while it is visible, and only the rows that changed. */
export class ThreadsView implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #folders: DockFolders;
  readonly #stopped: StoppedThreads;
  readonly #tree = new ThreadTree();
  readonly #changes = new vscode.EventEmitter<TreeNode[] | undefined>();
  readonly #view: vscode.TreeView<TreeNode>;
  readonly #subscriptions: vscode.Disposable[];
  /** The descriptions last drawn: at a tick only those that differ are drawn again. */
  readonly #drawn = new Map<TreeNode, string>();
  #pending: Set<TreeNode> | 'all' = new Set();
  #drawTimer: NodeJS.Timeout | undefined;
  #tick: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.#changes.event;

  constructor(folders: DockFolders, stopped: StoppedThreads) {
    this.#folders = folders;
    this.#stopped = stopped;
    this.#setFolders();
    this.#view = vscode.window.createTreeView(threadsViewId, {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.#subscriptions = [
      this.#view,
      folders.onDidChange(change => {
        if (change === undefined) this.#setFolders();
        this.#note(change === undefined ? 'all' : this.#tree.change(change.folder.key, change.changed));
      }),
      stopped.onDidChange(() => this.#summarize()),
      this.#view.onDidChangeSelection(({ selection }) =>
        stopped.see(stop => selection.some(node => node.kind === 'thread' && isOf(node, stop))),
      ),
      this.#view.onDidChangeVisibility(({ visible }) => this.#followVisibility(visible)),
    ];
    this.#followVisibility(this.#view.visible);
    this.#summarize();
  }

  getChildren(node?: TreeNode): TreeNode[] {
    return [...(node === undefined ? this.#tree.roots() : this.#tree.children(node))];
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return this.#tree.parent(node);
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    const thread = this.#tree.threadOf(node);
    if (node.kind === 'thread' && thread !== undefined) {
      const item = threadItem(node, thread, {
        hasChildren: this.#tree.children(node).length > 0,
        hasNativeTerminal: this.#folders.get(node.folder)?.hasNativeTerminal(thread) === true,
        now: Date.now(),
      });
      this.#drawn.set(node, String(item.description));
      return item;
    }
    return folderItem(node, this.#folders.get(node.folder));
  }

  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    const thread = this.#tree.threadOf(node);
    if (thread !== undefined) item.tooltip = new vscode.MarkdownString(threadTooltip(thread));
    return item;
  }

  dispose(): void {
    clearTimeout(this.#drawTimer);
    clearInterval(this.#tick);
    vscode.Disposable.from(...this.#subscriptions, this.#changes).dispose();
  }

  #setFolders(): void {
    this.#tree.setFolders(this.#folders.all.map(({ key, client }) => ({ key, threads: client.threads })));
    this.#drawn.clear();
  }

  #note(change: TreeChange): void {
    if (change === 'all') this.#pending = 'all';
    else if (this.#pending !== 'all') for (const node of change) this.#pending.add(node);
    this.#drawTimer ??= setTimeout(() => this.#draw(), drawEveryMs);
  }

  #draw(): void {
    this.#drawTimer = undefined;
    this.#summarize();
    if (!this.#view.visible) return;
    const pending = this.#pending;
    this.#pending = new Set();
    if (pending === 'all') this.#changes.fire(undefined);
    else if (pending.size > 0) this.#changes.fire([...pending]);
  }

  /** What is true of the view as a whole: badge, message, welcome. Also right while it is hidden. */
  #summarize(): void {
    const folders = this.#folders.all;
    const waiting = countRequests(folders.flatMap(({ client }) => [...client.threads.values()]));
    this.#view.badge = badgeOf(waiting, this.#stopped.unseen);
    this.#view.message = problemMessage(
      folders.map(connectionOf),
      folders.some(({ client }) => client.threads.size > 0),
    );
    const welcome = welcomeState(
      folders.map(({ client, hasProvider }) => ({
        connection: client.state.kind,
        threads: client.threads.size,
        hasProvider,
      })),
    );
    void setContextKey('agentdock.welcome', welcome);
    void setContextKey('agentdock.initialized', folders.length > 0);
  }

  #followVisibility(visible: boolean): void {
    clearInterval(this.#tick);
    if (!visible) return;
    this.#note([]);
    this.#tick = setInterval(() => this.#note(this.#aged()), tickMs);
  }

  #aged(): TreeNode[] {
    const now = Date.now();
    return [...this.#drawn].flatMap(([node, text]) => {
      const thread = this.#tree.threadOf(node);
      return thread !== undefined && threadDescription(thread, now) !== text ? [node] : [];
    });
  }
}

function isOf(node: Extract<TreeNode, { kind: 'thread' }>, { folder, thread }: Stop): boolean {
  return node.folder === folder && node.thread === thread;
}

/** Brings the view to the front. */
export function showThreads(): Promise<void> {
  return runCommand('agentdock.threads.focus');
}

function connectionOf({ client: { state, trouble }, elsewhere }: DockFolder) {
  return { state, trouble, elsewhere };
}

function folderItem(node: TreeNode, folder: DockFolder | undefined): vscode.TreeItem {
  const item = new vscode.TreeItem(folder?.folder.name ?? '', vscode.TreeItemCollapsibleState.Expanded);
  item.id = node.folder;
  item.iconPath = vscode.ThemeIcon.Folder;
  item.contextValue = 'folder';
  item.description = folder === undefined ? '' : (folderDescription(connectionOf(folder)) ?? '');
  return item;
}
