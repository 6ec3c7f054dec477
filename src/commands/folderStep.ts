import { isAbsolute, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import type { DockFolder } from '../vscode/dockFolder.ts';
import { t } from '../vscode/localize.ts';
import { type Back, back, type PickItem, pickStep, type StepPlace } from '../vscode/quickSteps.ts';

const choose = Symbol('choose');

/** Lets the person choose where the worker works: a folder inside the workspace folder, relative to it. */
export async function folderStep({ folder }: DockFolder, place: StepPlace): Promise<string | Back> {
  const root = folder.uri.fsPath;
  for (;;) {
    const answer = await pickStep<string | typeof choose>(place, {
      placeholder: t('Where should it work?'),
      items: folderItems(folder),
    });
    if (answer === back || answer !== choose) return answer;
    const [picked] =
      (await vscode.window.showOpenDialog({
        canSelectFiles: false,
        canSelectFolders: true,
        defaultUri: folder.uri,
        openLabel: t('Choose'),
      })) ?? [];
    const inside = picked === undefined ? undefined : insideFolder(root, picked.fsPath);
    if (inside !== undefined) return inside;
    if (picked !== undefined) {
      void vscode.window.showWarningMessage(t('A worker can only work inside {0}.', folder.name));
    }
  }
}

function folderItems(folder: vscode.WorkspaceFolder): PickItem<string | typeof choose>[] {
  const file = vscode.window.activeTextEditor?.document.uri;
  const near =
    file?.scheme === 'file'
      ? insideFolder(folder.uri.fsPath, vscode.Uri.joinPath(file, '..').fsPath)
      : undefined;
  return [
    { label: `$(root-folder) ${folder.name}`, description: t('the whole workspace folder'), value: '.' },
    ...(near === undefined || near === '.'
      ? []
      : [{ label: `$(folder) ${near}`, description: t('the folder of the open file'), value: near }]),
    { label: `$(folder-opened) ${t('Choose a Folder…')}`, value: choose },
  ];
}

/** The path relative to the root with slashes, undefined when it lies outside. */
function insideFolder(root: string, path: string): string | undefined {
  const inside = relative(root, path);
  if (inside === '') return '.';
  if (isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`)) return undefined;
  return inside.split(sep).join('/');
}
