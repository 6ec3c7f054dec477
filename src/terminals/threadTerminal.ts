import * as vscode from 'vscode';
import type { DockClient, Unsubscribe } from '../client/dockClient.ts';
import { repeatSafely } from '../client/repeatSafely.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { ToolArgs } from '../contracts/tools.ts';
import { ThreadScreen } from './threadScreen.ts';

/** A thread's screen as a terminal of VS Code. Closing it detaches; the thread goes on. */
export class ThreadTerminal implements vscode.Pseudoterminal, vscode.Disposable {
  readonly #writes = new vscode.EventEmitter<string>();
  readonly #names = new vscode.EventEmitter<string>();
  readonly #screen: ThreadScreen;
  readonly #client: DockClient;
  readonly #threadId: ThreadId;
  #subscriptions: Unsubscribe[] = [];
  #name: string;
  readonly #opened = Promise.withResolvers<void>();
  /** Resolves when VS Code has made the terminal. */
  readonly opened = this.#opened.promise;
  readonly onDidWrite = this.#writes.event;
  readonly onDidChangeName = this.#names.event;

  constructor(
    client: DockClient,
    options: {
      /** Absolute path of the workspace folder. */
      readonly root: string;
      readonly threadId: ThreadId;
      readonly name: string;
      /** The thread was started just now, by this window. */
      readonly isNew: boolean;
    },
  ) {
    const { root, threadId, name, isNew } = options;
    this.#client = client;
    this.#threadId = threadId;
    this.#name = name;
    const resume = repeatSafely((args: ToolArgs<'resume_thread'>) => client.call('resume_thread', args));
    this.#screen = new ThreadScreen({
      root,
      isNew,
      thread: () => client.threads.get(threadId),
      follow: listener => client.follow(threadId, listener),
      resume: async prompt => {
        await resume({ thread_id: threadId, additional_prompt: prompt });
      },
      answer: async (request_id, answer) => {
        await client.call('answer_thread', { thread_id: threadId, request_id, ...answer });
      },
      cancel: async () => {
        await client.call('cancel_thread', { thread_id: threadId });
      },
      sendKeys: data => client.write(threadId, data),
      resize: (columns, rows) => client.resize(threadId, columns, rows),
      write: data => this.#writes.fire(data),
    });
  }

  open(dimensions: vscode.TerminalDimensions | undefined): void {
    this.#screen.open(dimensions?.columns ?? 80, dimensions?.rows ?? 24);
    this.#subscriptions = [
      this.#client.onDidChangeThreads((changed, isSnapshot) => {
        if (isSnapshot || changed.some(thread => thread.id === this.#threadId)) this.#refresh();
      }),
      this.#client.onDidChangeState(state => {
        if (state.kind === 'offline') this.#screen.notify(state.error.message);
      }),
    ];
    this.#opened.resolve();
    const { state } = this.#client;
    if (state.kind === 'offline') this.#screen.notify(state.error.message);
  }

  handleInput(data: string): void {
    this.#screen.input(data);
  }

  setDimensions(dimensions: vscode.TerminalDimensions): void {
    this.#screen.resize(dimensions.columns, dimensions.rows);
  }

  close(): void {
    this.#screen.close();
    for (const unsubscribe of this.#subscriptions.splice(0)) unsubscribe();
  }

  dispose(): void {
    this.close();
    this.#writes.dispose();
    this.#names.dispose();
  }

  #refresh(): void {
    const name = this.#client.threads.get(this.#threadId)?.task_name;
    if (name !== undefined && name !== this.#name) {
      this.#name = name;
      this.#names.fire(name);
    }
    this.#screen.refresh();
  }
}
