import * as vscode from 'vscode';
import type { AgentRequest } from '../contracts/agentRequest.ts';
import type { Thread } from '../contracts/thread.ts';
import { runCommand } from '../vscode/commandGate.ts';
import type { DockFolders } from '../vscode/dockFolders.ts';
import { t } from '../vscode/localize.ts';
import { DueTimer } from './dueTimer.ts';
import { firstNames } from './firstNames.ts';
import { type Notice, RequestNotices } from './requestNotices.ts';
import { safeLine } from './safeText.ts';

/** Tells the person once that a thread waits for an answer, unless they are looking at it. */
export class RequestNotifications implements vscode.Disposable {
  readonly #folders: DockFolders;
  readonly #isInFront: (notice: Notice) => boolean;
  readonly #notices = new RequestNotices();
  readonly #subscription: vscode.Disposable;
  readonly #timer = new DueTimer(() => this.#tell());

  /** `isInFront`: the thread's terminal is the active editor. */
  constructor(folders: DockFolders, isInFront: (notice: Notice) => boolean) {
    this.#folders = folders;
    this.#isInFront = isInFront;
    this.#subscription = folders.onDidChange(() => this.#look());
  }

  dispose(): void {
    this.#timer.dispose();
    this.#subscription.dispose();
  }

  #look(): void {
    for (const { key, client } of this.#folders.all) this.#notices.note(key, client.threads, Date.now());
    this.#timer.set(this.#notices.next);
  }

  #tell(): void {
    const due = this.#notices.take(
      Date.now(),
      notice => this.#find(notice) !== undefined && !this.#isInFront(notice),
    );
    const [first, second] = due;
    if (first !== undefined) void (second === undefined ? this.#tellOne(first) : this.#tellMany(due));
    this.#timer.set(this.#notices.next);
  }

  async #tellOne(notice: Notice): Promise<void> {
    const found = this.#find(notice);
    if (found === undefined) return;
    const [name, title] = [safeLine(found.thread.task_name, 60), safeLine(found.request.title, 120)];
    const text =
      found.request.kind === 'permission'
        ? t('“{0}” needs your permission: {1}', name, title)
        : t('“{0}” asks: {1}', name, title);
    const [answer, openTerminal] = [t('Answer'), t('Open Terminal')];
    const choice = await vscode.window.showInformationMessage(text, answer, openTerminal);
    if (choice === answer) await runCommand('agentdock.answer', notice);
    if (choice === openTerminal) await runCommand('agentdock.openTerminal', notice);
  }

  async #tellMany(notices: readonly Notice[]): Promise<void> {
    const names = notices.map(notice => this.#find(notice)?.thread.task_name ?? '');
    const text = t('{0} requests wait for your answer: {1}', notices.length, firstNames(names));
    const answer = t('Answer');
    if ((await vscode.window.showInformationMessage(text, answer)) === answer) {
      await runCommand('agentdock.answer');
    }
  }

  /** The request while it is open. */
  #find({
    folder,
    thread: id,
    request: requestId,
  }: Notice): { readonly thread: Thread; readonly request: AgentRequest } | undefined {
    const thread = this.#folders.get(folder)?.client.threads.get(id);
    const request = thread?.requests.find(one => one.id === requestId);
    return thread === undefined || request === undefined ? undefined : { thread, request };
  }
}
