import * as vscode from 'vscode';
import type { DockClient } from '../client/dockClient.ts';
import type { ThreadId } from '../contracts/ids.ts';
import { NativeScreen } from './nativeScreen.ts';

/** A thread's own terminal program as a terminal of VS Code. Closing it detaches: the program stays open at the host. */
export class NativePty implements vscode.Pseudoterminal, vscode.Disposable {
  readonly #writes = new vscode.EventEmitter<string>();
  readonly #ends = new vscode.EventEmitter<void>();
  readonly #screen: NativeScreen;
  readonly #opened = Promise.withResolvers<void>();
  readonly #unsubscribe: () => void;
  /** Resolves when VS Code has made the terminal. */
  readonly opened = this.#opened.promise;
  readonly onDidWrite = this.#writes.event;
  readonly onDidClose = this.#ends.event;

  constructor(
    client: DockClient,
    { thread, isBack }: { readonly thread: ThreadId; readonly isBack: boolean },
  ) {
    this.#screen = new NativeScreen({
      thread: () => client.threads.get(thread),
      watch: listener => client.watchScreen(thread, listener),
      sendKeys: data => client.write(thread, data),
      resize: (columns, rows) => client.resize(thread, columns, rows),
      write: data => this.#writes.fire(data),
      end: () => this.#ends.fire(),
      isBack,
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
