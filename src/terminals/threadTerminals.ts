import * as vscode from 'vscode';
import type { ThreadId } from '../contracts/ids.ts';
import { runsInPty } from '../core/runsInPty.ts';
import { providerName } from '../views/providerName.ts';
import { safeLine } from '../views/safeText.ts';
import { nodeId } from '../views/threadTree.ts';
import type { DockFolder } from '../vscode/dockFolder.ts';
import type { DockFolders } from '../vscode/dockFolders.ts';
import { knownThread } from './knownThread.ts';
import { NativePty } from './nativePty.ts';
import { PlaceMemory, placesInTabs, type TerminalPlace } from './openTerminals.ts';
import { ThreadTerminal } from './threadTerminal.ts';

interface OpenTerminal {
  readonly terminal: vscode.Terminal;
  readonly pty: ThreadTerminal | NativePty;
  place: TerminalPlace;
}

export interface TerminalThread {
  readonly folder: DockFolder;
  readonly thread: ThreadId;
}

/**
 * The threads' terminals of this window: of each its record, and its own terminal program where that is open. VS Code
 * does not bring terminals of extensions back after a reload, so the open ones are remembered and put back where they were.
 */
export class ThreadTerminals implements vscode.Disposable {
  readonly #folders: DockFolders;
  readonly #memory: PlaceMemory;
  readonly #open = new Map<string, OpenTerminal>();
  readonly #subscriptions: vscode.Disposable[];
  /** What is still to be put back: its folder is not there yet. */
  #missing: TerminalPlace[];

  constructor(folders: DockFolders, memory: vscode.Memento) {
    this.#folders = folders;
    this.#memory = new PlaceMemory(memory);
    this.#missing = this.#memory.read();
    this.#subscriptions = [
      vscode.window.onDidCloseTerminal(terminal => this.#forget(terminal)),
      vscode.window.tabGroups.onDidChangeTabs(() => this.#remember()),
      vscode.window.tabGroups.onDidChangeTabGroups(() => this.#remember()),
      folders.onDidChange(change => {
        if (change === undefined) this.#putBack();
      }),
    ];
    this.#putBack();
  }

  /** Shows the thread's terminal, a new one if there is none. `isNew`: the thread was spawned just now. */
  async show(folder: DockFolder, thread: ThreadId, isNew = false): Promise<void> {
    const known = await knownThread(folder.client, thread);
    const isProgram = known !== undefined && runsInPty(known);
    this.#show(
      folder,
      { thread, name: safeLine(known?.task_name ?? thread), isProgram, isNative: false },
      isNew,
    );
  }

  /** Shows the thread's own terminal program. Its tab can be closed and shown again; the program stays open at the host. */
  async showNative(folder: DockFolder, thread: ThreadId): Promise<void> {
    const known = await knownThread(folder.client, thread);
    const name = safeLine(known?.task_name ?? thread);
    const title = known === undefined ? name : `${name} (${providerName(known.provider)})`;
    this.#show(folder, { thread, name: title, isProgram: false, isNative: true });
  }

  /** The thread whose record is the active editor. */
  get inFront(): TerminalThread | undefined {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    const isTerminal = tab?.input instanceof vscode.TabInputTerminal;
    return isTerminal ? this.threadOf(vscode.window.activeTerminal) : undefined;
  }

  /** The thread whose record a terminal shows. */
  threadOf(terminal: vscode.Terminal | undefined): TerminalThread | undefined {
    for (const open of this.#open.values()) {
      const folder = this.#folders.get(open.place.folder);
      if (open.terminal === terminal && !open.place.isNative && folder !== undefined)
        return { folder, thread: open.place.thread };
    }
    return undefined;
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
    for (const { pty } of this.#open.values()) pty.dispose();
    this.#open.clear();
  }

  #show(
    folder: DockFolder,
    shown: Omit<TerminalPlace, 'folder' | 'column' | 'isOnTop'>,
    isNew = false,
  ): void {
    const column = vscode.window.tabGroups.activeTabGroup.viewColumn;
    const place = { ...shown, folder: folder.key, column, isOnTop: true };
    const open = this.#open.get(keyOf(place));
    if (open !== undefined) {
      open.terminal.show();
      return;
    }
    const { terminal, pty } = this.#create(folder, place, { isBack: false, isNew });
    // VS Code shows a terminal made in the editor area, but takes a wish for the keyboard only once it is there.
    void pty.opened.then(() => terminal.show());
    this.#remember();
  }

  #create(
    folder: DockFolder,
    place: TerminalPlace,
    { isBack, isNew }: { readonly isBack: boolean; readonly isNew: boolean },
  ): OpenTerminal {
    const { thread, name, isNative } = place;
    const pty = isNative
      ? new NativePty(folder.client, { thread, isBack })
      : new ThreadTerminal(folder.client, { root: folder.root, threadId: thread, name, isNew });
    const terminal = vscode.window.createTerminal({
      name: place.name,
      pty,
      iconPath: new vscode.ThemeIcon(terminalIcon(folder, place)),
      location: { viewColumn: place.column, preserveFocus: isBack },
      isTransient: true,
    });
    const open = { terminal, pty, place };
    this.#open.set(keyOf(place), open);
    return open;
  }

  #putBack(): void {
    const due = this.#missing.filter(place => this.#folders.get(place.folder) !== undefined);
    if (due.length === 0) return;
    this.#missing = this.#missing.filter(place => !due.includes(place));
    const created = due.flatMap(place => {
      const folder = this.#folders.get(place.folder);
      if (folder === undefined || this.#open.has(keyOf(place))) return [];
      return [this.#create(folder, place, { isBack: true, isNew: false })];
    });
    // Each new tab lies on top of those before it; what was there is brought back once all are there.
    const onTop = created.filter(({ place }) => place.isOnTop);
    void Promise.all(created.map(({ pty }) => pty.opened)).then(() => {
      for (const { terminal } of onTop) terminal.show(true);
    });
  }

  #forget(terminal: vscode.Terminal): void {
    if (terminal.exitStatus?.reason === vscode.TerminalExitReason.Shutdown) this.#memory.freeze();
    for (const [key, open] of this.#open) {
      if (open.terminal !== terminal) continue;
      open.pty.dispose();
      this.#open.delete(key);
      this.#remember();
    }
  }

  #remember(): void {
    const tabs = vscode.window.tabGroups.all.flatMap(group =>
      group.tabs
        .filter(tab => tab.input instanceof vscode.TabInputTerminal)
        .map(({ label, isActive }) => ({ label, isActive, column: group.viewColumn })),
    );
    const places = placesInTabs(
      [...this.#open.values()].map(({ terminal, place }) => ({ ...place, name: terminal.name })),
      tabs,
    );
    for (const place of places) {
      const open = this.#open.get(keyOf(place));
      if (open !== undefined) open.place = place;
    }
    this.#memory.keep([...places, ...this.#missing]);
  }
}

function keyOf({ folder, thread, isNative }: TerminalPlace): string {
  const id = nodeId(folder, thread);
  return isNative ? `${id}#native` : id;
}

function terminalIcon({ client }: DockFolder, { thread, isProgram, isNative }: TerminalPlace): string {
  if (isProgram || isNative) return 'terminal';
  return client.threads.get(thread)?.role === 'master' ? 'type-hierarchy' : 'hubot';
}
