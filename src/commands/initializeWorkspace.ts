import * as vscode from 'vscode';
import { initWorkspace } from '../client/initWorkspace.ts';
import { DockError } from '../contracts/errors.ts';
import { showThreads } from '../views/threadsView.ts';
import { localFolders } from '../vscode/dockFolders.ts';
import { t } from '../vscode/localize.ts';
import type { CommandContext } from './commandContext.ts';

/** Writes `.agentdock/` into a folder, leaving alone what is there. */
export async function initializeWorkspace({ folders, logger }: CommandContext): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    throw new DockError('permission_denied', t('AgentDock writes nothing into an untrusted workspace.'), {
      hint: t('Trust the workspace first.'),
    });
  }
  const folder = await chooseLocalFolder();
  const { created } = await initWorkspace(folder.uri.fsPath);
  logger.info(`initialized a folder: ${created.length} files`);
  await folders.refresh();
  await showThreads();
  if (created.length === 0) {
    void vscode.window.showInformationMessage(
      t('{0} already holds .agentdock/. Nothing was changed.', folder.name),
    );
  }
}

async function chooseLocalFolder(): Promise<vscode.WorkspaceFolder> {
  const folders = localFolders();
  const [only] = folders;
  if (only === undefined) {
    throw new DockError('not_found', t('No folder is open.'), { hint: t('Open a folder first.') });
  }
  if (folders.length === 1) return only;
  const picked = await vscode.window.showWorkspaceFolderPick({ placeHolder: t('Choose a workspace folder') });
  if (picked === undefined) throw new vscode.CancellationError();
  return picked;
}
