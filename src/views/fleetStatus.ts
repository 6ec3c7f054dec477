import * as vscode from 'vscode';
import { focusThreadsCommand } from '../vscode/commandIds.ts';
import type { DockFolders } from '../vscode/dockFolders.ts';
import { t } from '../vscode/localize.ts';
import { countFleet, fleetText } from './fleetCounts.ts';

/** How many threads run and how many wait for the person, in the status bar; a click shows the tree. */
export class FleetStatus implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('agentdock.fleet', vscode.StatusBarAlignment.Left, 5);
  readonly #subscription: vscode.Disposable;
  readonly #folders: DockFolders;

  constructor(folders: DockFolders) {
    this.#folders = folders;
    this.#item.name = t('AgentDock Threads');
    this.#item.command = focusThreadsCommand;
    this.#subscription = folders.onDidChange(() => this.#update());
    this.#update();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#item.dispose();
  }

  #update(): void {
    const folders = this.#folders.all;
    const isOffline = folders.some(({ client }) => client.state.kind === 'offline');
    const counts = countFleet(folders.flatMap(({ client }) => [...client.threads.values()]));
    const { text, label } = fleetText(counts, isOffline);
    this.#item.text = text;
    this.#item.tooltip = label;
    this.#item.accessibilityInformation = { label };
    this.#item.backgroundColor =
      counts.waiting > 0 ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    if (folders.length > 0) this.#item.show();
    else this.#item.hide();
  }
}
