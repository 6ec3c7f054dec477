import * as vscode from 'vscode';
import type { DockFolder } from '../vscode/dockFolder.ts';
import type { DockFolders } from '../vscode/dockFolders.ts';
import { t } from '../vscode/localize.ts';
import type { Logger } from '../vscode/logger.ts';
import { troubleText } from './folderProblems.ts';

/**
 * Logs each thing that a host finds wrong with its state, and warns of it once: once for damage, and once more when
 * nothing can be changed, for each folder of the window.
 */
export class TroubleWarnings implements vscode.Disposable {
  readonly #logger: Logger;
  readonly #said = new Set<string>();
  readonly #subscription: vscode.Disposable;

  constructor(folders: DockFolders, logger: Logger) {
    this.#logger = logger;
    this.#subscription = folders.onDidChange(() => {
      for (const folder of folders.all) this.#look(folder);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #look({ key, folder, client: { trouble } }: DockFolder): void {
    if (trouble === undefined) return;
    const { read_only, damage } = trouble;
    for (const finding of [...damage, ...(read_only === undefined ? [] : [read_only.message])]) {
      if (this.#isNew(`${key} ${finding}`)) this.#logger.warn(`${folder.name}: ${finding}`);
    }
    if (this.#isNew(`${key} ${read_only === undefined ? 'damage' : 'read-only'}`)) {
      void this.#warn(t('{0}: {1}', folder.name, troubleText(trouble)));
    }
  }

  #isNew(what: string): boolean {
    const isNew = !this.#said.has(what);
    this.#said.add(what);
    return isNew;
  }

  async #warn(text: string): Promise<void> {
    const showLogs = t('Show Logs');
    if ((await vscode.window.showWarningMessage(text, showLogs)) === showLogs) this.#logger.show();
  }
}
