import { isAbsolute, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { plainLabel } from '../views/plainLabel.ts';
import type { DockFolder } from '../vscode/dockFolder.ts';
import { t } from '../vscode/localize.ts';
import { type Back, back, type PickItem, pickStep, type StepPlace } from '../vscode/quickSteps.ts';

const choose = Symbol('choose');

/**
 * Lets the person choose where the worker works: a folder inside the workspace folder, relative to it. In a linked
 * worktree that is the main one's.
 */
export async function folderStep(dock: DockFolder, place: StepPlace): Promise<string | Back> {
  const { folder, elsewhere } = dock;
  const root = elsewhere ?? folder.uri.fsPath;
  for (;;) {
    const answer = await pickStep<string | typeof choose>(place, {
      placeholder: t('Where should it work?'),
      items: folderItems(dock, root),
    });
    if (answer === back || answer !== choose) return answer;
    const [picked] =
      (await vscode.window.showOpenDialog({
        canSelectFiles: false,
        canSelectFolders: true,
        defaultUri: vscode.Uri.file(root),
        openLabel: t('Choose'),
      })) ?? [];
    const inside = picked === undefined ? undefined : insideFolder(root, picked.fsPath);
    if (inside !== undefined) return inside;
    if (picked !== undefined) {
      void vscode.window.showWarningMessage(
        t('A worker can only work inside {0}.', elsewhere ?? folder.name),
      );
    }
  }
}

function folderItems({ folder, elsewhere }: DockFolder, root: string): PickItem<string | typeof choose>[] {
  const file = vscode.window.activeTextEditor?.document.uri;
  const near =
    file?.scheme === 'file' ? insideFolder(root, vscode.Uri.joinPath(file, '..').fsPath) : undefined;
  return [
    elsewhere === undefined
      ? { label: `$(root-folder) ${folder.name}`, description: t('the whole workspace folder'), value: '.' }
      : {
          label: `$(root-folder) ${plainLabel(elsewhere)}`,
          description: t('of the main worktree: agents work there, not in this linked one'),
          value: '.',
        },
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
