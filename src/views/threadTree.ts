import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';

export interface FolderNode {
  readonly kind: 'folder';
  readonly folder: string;
}

export interface ThreadNode {
  readonly kind: 'thread';
  readonly folder: string;
  readonly thread: ThreadId;
}

export type TreeNode = FolderNode | ThreadNode;

export interface TreeFolder {
  readonly key: string;
  readonly threads: ReadonlyMap<ThreadId, Thread>;
}

/** What to draw again: these nodes and what is below them, or everything. */
export type TreeChange = readonly TreeNode[] | 'all';

/**
 * Which thread lies under which, newest first, in folders where there are several. One object per node for its whole
 * life, as VS Code's trees want it.
 */
export class ThreadTree {
  #folders: readonly TreeFolder[] = [];
  readonly #nodes = new Map<string, TreeNode>();
  /** Threads by folder and parent; undefined until asked for, and after a thread came or went. */
  #below: Map<string, readonly ThreadNode[]> | undefined;
  /** The folder and parent each known thread is shown under. */
  #places = new Map<string, string>();

  setFolders(folders: readonly TreeFolder[]): void {
    this.#folders = folders;
    this.#below = undefined;
  }

  /** Takes note of threads that changed in one folder; undefined: all of them may have. */
  change(folder: string, changed: readonly Thread[] | undefined): TreeChange {
    if (changed === undefined) {
      this.#below = undefined;
      return 'all';
    }
    const nodes = new Set<TreeNode>();
    const drawn = this.#below;
    for (const thread of changed) {
      const id = nodeId(folder, thread.id);
      const place = this.#placeOf(folder, thread);
      if (this.#places.get(id) === place) {
        nodes.add(this.#node(folder, thread.id));
        continue;
      }
      const parent = this.#shownParent(folder, thread);
      this.#below = undefined;
      if (parent === undefined) return 'all';
      // A row that had none below it is another kind of row from now on: it is made anew, by what is above it.
      if (parent.kind === 'thread' && !drawn?.has(nodeId(folder, parent.thread))) return 'all';
      nodes.add(parent);
    }
    return [...nodes];
  }

  roots(): readonly TreeNode[] {
    const [only] = this.#folders;
    if (only === undefined) return [];
    return this.#folders.length === 1
      ? this.#list(only.key)
      : this.#folders.map(({ key }) => this.#folderNode(key));
  }

  children(node: TreeNode): readonly TreeNode[] {
    return this.#list(node.kind === 'folder' ? node.folder : nodeId(node.folder, node.thread));
  }

  parent(node: TreeNode): TreeNode | undefined {
    const thread = this.threadOf(node);
    return thread === undefined ? undefined : this.#shownParent(node.folder, thread);
  }

  threadOf(node: TreeNode): Thread | undefined {
    return node.kind === 'folder' ? undefined : this.#folder(node.folder)?.threads.get(node.thread);
  }

  /** The node of a thread that is there. */
  find(folder: string, thread: ThreadId): ThreadNode | undefined {
    return this.#folder(folder)?.threads.has(thread) ? this.#node(folder, thread) : undefined;
  }

  #list(place: string): readonly ThreadNode[] {
    this.#below ??= this.#build();
    return this.#below.get(place) ?? [];
  }

  #build(): Map<string, readonly ThreadNode[]> {
    const below = new Map<string, ThreadNode[]>();
    this.#places = new Map();
    for (const { key, threads } of this.#folders) {
      const newestFirst = [...threads.values()].sort(
        (a, b) => b.created_at.localeCompare(a.created_at) || b.id.localeCompare(a.id),
      );
      for (const thread of newestFirst) {
        const place = this.#placeOf(key, thread);
        const list = below.get(place) ?? [];
        list.push(this.#node(key, thread.id));
        below.set(place, list);
        this.#places.set(nodeId(key, thread.id), place);
      }
    }
    return below;
  }

  #placeOf(folder: string, thread: Thread): string {
    const parent = thread.parent_id;
    const isKnown = parent !== undefined && this.#folder(folder)?.threads.has(parent);
    return isKnown ? nodeId(folder, parent) : folder;
  }

  #shownParent(folder: string, thread: Thread): TreeNode | undefined {
    const place = this.#placeOf(folder, thread);
    if (place !== folder && thread.parent_id !== undefined) return this.#node(folder, thread.parent_id);
    return this.#folders.length > 1 ? this.#folderNode(folder) : undefined;
  }

  #folder(key: string): TreeFolder | undefined {
    return this.#folders.find(folder => folder.key === key);
  }

  #node(folder: string, thread: ThreadId): ThreadNode {
    const id = nodeId(folder, thread);
    const known = this.#nodes.get(id);
    if (known?.kind === 'thread') return known;
    const node: ThreadNode = { kind: 'thread', folder, thread };
    this.#nodes.set(id, node);
    return node;
  }

  #folderNode(folder: string): FolderNode {
    const known = this.#nodes.get(folder);
    if (known?.kind === 'folder') return known;
    const node: FolderNode = { kind: 'folder', folder };
    this.#nodes.set(folder, node);
    return node;
  }
}

/** Unique over all folders of a window. */
export function nodeId(folder: string, thread: ThreadId): string {
  return `${folder}#${thread}`;
}
