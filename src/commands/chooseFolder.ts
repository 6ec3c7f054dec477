import * as vscode from 'vscode';
import * as z from 'zod';
import { DockError } from '../contracts/errors.ts';
import type { DockFolder } from '../vscode/dockFolder.ts';
import { t } from '../vscode/localize.ts';
import type { CommandContext } from './commandContext.ts';

const argumentSchema = z.object({ folder: z.string() });

/** The initialised folder a command is about: the one it was called on, the only one, else one the person picks. */
export async function chooseFolder(context: CommandContext, argument: unknown): Promise<DockFolder> {
  const named = argumentSchema.safeParse(argument);
  const called = named.success ? context.folders.get(named.data.folder) : undefined;
  if (called !== undefined) return called;
  const folders = context.folders.all;
  const [only] = folders;
  if (only === undefined) throw notInitialized();
  if (folders.length === 1) return only;
  const picked = await vscode.window.showQuickPick(
    folders.map(dock => ({ label: dock.folder.name, description: dock.folder.uri.fsPath, dock })),
    { placeHolder: t('Choose a workspace folder') },
  );
  if (picked === undefined) throw new vscode.CancellationError();
  return picked.dock;
}

function notInitialized(): DockError {
  if (!vscode.workspace.isTrusted) {
    return new DockError('permission_denied', t('AgentDock starts nothing in an untrusted workspace.'), {
      hint: t('Trust the workspace first.'),
    });
  }
  return new DockError('not_found', t('No open folder holds .agentdock/.'), {
    hint: t('Run AgentDock: Initialize Workspace first.'),
  });
}
