import * as vscode from 'vscode';
import type { Thread } from '../contracts/thread.ts';
import { runCommand } from '../vscode/commandGate.ts';
import { focusThreadsCommand } from '../vscode/commandIds.ts';
import type { DockFolders } from '../vscode/dockFolders.ts';
import { t } from '../vscode/localize.ts';
import { DueTimer } from './dueTimer.ts';
import { firstNames } from './firstNames.ts';
import { safeLine } from './safeText.ts';
import { type Stop, Stops } from './stops.ts';

/** Tells the person once of threads that failed or were cut, and counts those that nobody has looked at since. */
export class StoppedThreads implements vscode.Disposable {
  readonly #folders: DockFolders;
  readonly #isInFront: (stop: Stop) => boolean;
  readonly #stops = new Stops(Date.now());
  readonly #changes = new vscode.EventEmitter<void>();
  readonly #subscriptions: readonly vscode.Disposable[];
  readonly #timer = new DueTimer(() => this.#tell());
  /** The count may be another one. */
  readonly onDidChange = this.#changes.event;

  /** `isInFront`: the thread's terminal is the active editor. */
  constructor(folders: DockFolders, isInFront: (stop: Stop) => boolean) {
    this.#folders = folders;
    this.#isInFront = isInFront;
    const seeFront = () => this.see(isInFront);
    this.#subscriptions = [
      this.#changes,
      folders.onDidChange(() => this.#look()),
      vscode.window.tabGroups.onDidChangeTabs(seeFront),
      vscode.window.onDidChangeActiveTerminal(seeFront),
    ];
  }

  get unseen(): number {
    return this.#stops.unseen;
  }

  /** The person looks at these. */
  see(isLookedAt: (stop: Stop) => boolean): void {
    const before = this.unseen;
    this.#stops.see(isLookedAt);
    if (this.unseen !== before) this.#changes.fire();
  }

  dispose(): void {
    this.#timer.dispose();
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #look(): void {
    this.#stops.note(new Map(this.#folders.all.map(({ key, client }) => [key, client.threads])), Date.now());
    this.#timer.set(this.#stops.next);
  }

  #tell(): void {
    const due = this.#stops.take(Date.now(), this.#isInFront);
    const [first, second] = due;
    if (first !== undefined) void (second === undefined ? this.#tellOne(first) : this.#tellMany(due));
    this.#changes.fire();
    this.#timer.set(this.#stops.next);
  }

  async #tellOne(stop: Stop): Promise<void> {
    const thread = this.#find(stop);
    if (thread === undefined) return;
    const [resume, openTerminal, showLogs] = [t('Resume'), t('Open Terminal'), t('Show Logs')];
    const choice = await vscode.window.showWarningMessage(stopText(thread), resume, openTerminal, showLogs);
    if (choice === undefined) return;
    const { folder, thread: id } = stop;
    this.see(one => one.folder === folder && one.thread === id);
    if (choice === resume) await runCommand('agentdock.resumeWorker', stop);
    if (choice === openTerminal) await runCommand('agentdock.openTerminal', stop);
    if (choice === showLogs) await runCommand('agentdock.showLogs');
  }

  async #tellMany(stops: readonly Stop[]): Promise<void> {
    const names = stops.map(stop => this.#find(stop)?.task_name ?? '');
    const text = t('{0} threads have stopped before their end: {1}', stops.length, firstNames(names));
    const [showThreads, showLogs] = [t('Show Threads'), t('Show Logs')];
    const choice = await vscode.window.showWarningMessage(text, showThreads, showLogs);
    if (choice === showThreads) await runCommand(focusThreadsCommand);
    if (choice === showLogs) await runCommand('agentdock.showLogs');
  }

  #find({ folder, thread }: Stop): Thread | undefined {
    return this.#folders.get(folder)?.client.threads.get(thread);
  }
}

function stopText({ task_name, state, error, reason }: Thread): string {
  const [name, why] = [safeLine(task_name, 60), safeLine(error?.message ?? reason ?? '', 160)];
  if (state === 'interrupted')
    return why === '' ? t('“{0}” was interrupted', name) : t('“{0}” was interrupted: {1}', name, why);
  return why === '' ? t('“{0}” has failed', name) : t('“{0}” has failed: {1}', name, why);
}
