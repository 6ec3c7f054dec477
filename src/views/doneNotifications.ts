import * as vscode from 'vscode';
import { runCommand } from '../vscode/commandGate.ts';
import { focusThreadsCommand } from '../vscode/commandIds.ts';
import type { DockFolders } from '../vscode/dockFolders.ts';
import { t } from '../vscode/localize.ts';
import { AllDone, type Done } from './allDone.ts';
import { DueTimer } from './dueTimer.ts';
import { firstNames } from './firstNames.ts';
import type { Stop } from './stops.ts';

/** Tells the person once that all work of a folder is done, unless they are looking at it. */
export class DoneNotifications implements vscode.Disposable {
  readonly #folders: DockFolders;
  readonly #isInFront: (thread: Stop) => boolean;
  readonly #done = new AllDone();
  readonly #subscription: vscode.Disposable;
  readonly #timer = new DueTimer(() => this.#tell());

  /** `isInFront`: the thread's terminal is the active editor. */
  constructor(folders: DockFolders, isInFront: (thread: Stop) => boolean) {
    this.#folders = folders;
    this.#isInFront = isInFront;
    this.#subscription = folders.onDidChange(() => this.#look());
  }

  dispose(): void {
    this.#timer.dispose();
    this.#subscription.dispose();
  }

  #look(): void {
    this.#done.note(new Map(this.#folders.all.map(({ key, client }) => [key, client.threads])), Date.now());
    this.#timer.set(this.#done.next);
  }

  #tell(): void {
    const done = this.#done.take(Date.now(), (folder, id) =>
      this.#folders.get(folder)?.client.threads.get(id),
    );
    for (const one of done) void this.#tellOne(one);
    this.#timer.set(this.#done.next);
  }

  async #tellOne({ folder, threads }: Done): Promise<void> {
    const ended = threads.map(thread => ({ folder, thread }));
    if (ended.every(this.#isInFront)) return;
    const known = this.#folders.get(folder)?.client.threads;
    const text = t('All done: {0}', firstNames(threads.map(id => known?.get(id)?.task_name ?? id)));
    const [only, second] = ended;
    const action = second === undefined ? t('Open Terminal') : t('Show Threads');
    if ((await vscode.window.showInformationMessage(text, action)) !== action) return;
    if (second === undefined) await runCommand('agentdock.openTerminal', only);
    else await runCommand(focusThreadsCommand);
  }
}
