import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { t } from '../vscode/localize.ts';
import type { CommandContext } from './commandContext.ts';

interface LogItem extends vscode.QuickPickItem {
  readonly show: () => unknown;
}

/** Shows what this window logged, or the log of a host where there is one to choose. */
export async function showLogs({ folders, logger }: CommandContext): Promise<void> {
  const hosts = await Promise.all(folders.all.map(({ folder }) => hostLog(folder)));
  const items: LogItem[] = [
    { label: `$(window) ${t('This Window')}`, show: () => logger.show() },
    ...hosts.filter(item => item !== undefined),
  ];
  const picked =
    items.length === 1
      ? items[0]
      : await vscode.window.showQuickPick(items, { placeHolder: t('Which log?') });
  await picked?.show();
}

async function hostLog(folder: vscode.WorkspaceFolder): Promise<LogItem | undefined> {
  const file = join(folder.uri.fsPath, '.agentdock', 'state', 'host.log');
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  return {
    label: `$(server-process) ${t('Host of {0}', folder.name)}`,
    description: '.agentdock/state/host.log',
    show: () => vscode.window.showTextDocument(vscode.Uri.file(file)),
  };
}
