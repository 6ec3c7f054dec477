import * as vscode from 'vscode';
import type { ThreadId } from '../contracts/ids.ts';
import { providerName } from '../views/providerName.ts';
import { safeLine } from '../views/safeText.ts';
import { nodeId } from '../views/threadTree.ts';
import type { DockFolder } from '../vscode/dockFolder.ts';
import { knownThread } from './knownThread.ts';
import { NativeScreen } from './nativeScreen.ts';

/**
 * The threads' own terminal programs that this window shows, one tab each. Closing a tab detaches: the program stays open
 * at the host, and the command shows it again.
 */
export class NativeTerminals implements vscode.Disposable {
  readonly #open = new Map<string, { readonly terminal: vscode.Terminal; readonly pty: NativePty }>();
  readonly #closing = vscode.window.onDidCloseTerminal(terminal => this.#forget(terminal));

  async show(folder: DockFolder, thread: ThreadId): Promise<void> {
    const key = nodeId(folder.key, thread);
    const known = await knownThread(folder.client, thread);
    const open = this.#open.get(key);
    if (open !== undefined) {
      open.terminal.show();
      return;
    }
    const name = safeLine(known?.task_name ?? thread);
    const pty = new NativePty(folder, thread);
    const terminal = vscode.window.createTerminal({
      name: known === undefined ? name : `${name} (${providerName(known.provider)})`,
      pty,
      iconPath: new vscode.ThemeIcon('terminal'),
      location: { viewColumn: vscode.window.tabGroups.activeTabGroup.viewColumn },
      isTransient: true,
    });
    this.#open.set(key, { terminal, pty });
    void pty.opened.then(() => terminal.show());
  }

  dispose(): void {
    this.#closing.dispose();
    for (const { pty } of this.#open.values()) pty.dispose();
    this.#open.clear();
  }

  #forget(terminal: vscode.Terminal): void {
    for (const [key, open] of this.#open) {
      if (open.terminal !== terminal) continue;
      open.pty.dispose();
      this.#open.delete(key);
    }
  }
}

class NativePty implements vscode.Pseudoterminal, vscode.Disposable {
  readonly #writes = new vscode.EventEmitter<string>();
  readonly #ends = new vscode.EventEmitter<void>();
  readonly #screen: NativeScreen;
  readonly #opened = Promise.withResolvers<void>();
  readonly #unsubscribe: () => void;
  /** Resolves when VS Code has made the terminal. */
  readonly opened = this.#opened.promise;
  readonly onDidWrite = this.#writes.event;
  readonly onDidClose = this.#ends.event;

  constructor({ client }: DockFolder, thread: ThreadId) {
    this.#screen = new NativeScreen({
      thread: () => client.threads.get(thread),
      watch: listener => client.watchScreen(thread, listener),
      sendKeys: data => client.write(thread, data),
      resize: (columns, rows) => client.resize(thread, columns, rows),
      write: data => this.#writes.fire(data),
      end: () => this.#ends.fire(),
    });
    this.#unsubscribe = client.onDidChangeThreads((changed, isSnapshot) => {
      if (isSnapshot || changed.some(({ id }) => id === thread)) this.#screen.refresh();
    });
  }

  open(dimensions: vscode.TerminalDimensions | undefined): void {
    this.#screen.open(dimensions?.columns ?? 80, dimensions?.rows ?? 24);
    this.#opened.resolve();
  }

  handleInput(data: string): void {
    this.#screen.input(data);
  }

  setDimensions({ columns, rows }: vscode.TerminalDimensions): void {
    this.#screen.resize(columns, rows);
  }

  close(): void {
    this.#screen.close();
  }

  dispose(): void {
    this.#unsubscribe();
    this.#screen.close();
    this.#writes.dispose();
    this.#ends.dispose();
  }
}
