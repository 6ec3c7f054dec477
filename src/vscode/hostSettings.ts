import * as vscode from 'vscode';
import { restartWhenIdle } from '../client/restartWhenIdle.ts';
import { toToolError } from '../contracts/errors.ts';
import type { DockFolder } from './dockFolder.ts';
import { t } from './localize.ts';
import type { Logger } from './logger.ts';
import { settingNames } from './settingNames.ts';

/** The settings editor saves while somebody types. */
const typingMs = 1_000;

/** Brings changed settings to the hosts, which read them at their start and as long as a window is open go on. */
export class HostSettings implements vscode.Disposable {
  readonly #folders: () => readonly DockFolder[];
  readonly #logger: Logger;
  readonly #subscription: vscode.Disposable;
  #timer: NodeJS.Timeout | undefined;
  #isAsking = false;

  constructor(folders: () => readonly DockFolder[], logger: Logger) {
    this.#folders = folders;
    this.#logger = logger;
    this.#subscription = vscode.workspace.onDidChangeConfiguration(change => {
      if (!names.some(name => change.affectsConfiguration(name))) return;
      const changedAt = Date.now();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.#bring(changedAt).catch(error => this.#fail(error));
      }, typingMs);
    });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscription.dispose();
  }

  async #bring(changedAt: number): Promise<void> {
    const folders = this.#folders();
    const found = await Promise.allSettled(folders.map(folder => folder.renewHost(changedAt)));
    for (const one of found) if (one.status === 'rejected') this.#fail(one.reason);
    const isBusy = (index: number) => found[index]?.status === 'fulfilled' && found[index].value === 'busy';
    const busy = folders.filter((_, index) => isBusy(index));
    if (busy.length === 0 || this.#isAsking) return;
    this.#isAsking = true;
    const restart = t('Restart When Idle');
    const text = t(
      'Threads are at work. The changed settings count from the next start of the AgentDock host.',
    );
    const choice = await vscode.window.showInformationMessage(text, restart);
    this.#isAsking = false;
    if (choice === restart) await Promise.all(busy.map(({ client }) => restartWhenIdle(client)));
  }

  #fail(error: unknown): void {
    this.#logger.error(`changed settings: ${toToolError(error).message}`);
  }
}

const names = Object.values(settingNames).map(name => `agentdock.${name}`);
