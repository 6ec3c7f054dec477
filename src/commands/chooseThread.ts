import * as vscode from 'vscode';
import * as z from 'zod';
import { DockError } from '../contracts/errors.ts';
import { threadIdSchema } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';
import { plainLabel } from '../views/plainLabel.ts';
import { threadLook } from '../views/stateLook.ts';
import { threadDescription } from '../views/threadDescription.ts';
import type { DockFolder } from '../vscode/dockFolder.ts';
import { t } from '../vscode/localize.ts';
import type { CommandContext } from './commandContext.ts';

export interface ChosenThread {
  readonly folder: DockFolder;
  readonly thread: Thread;
}

/** What the tree passes: the folder is part of every argument. */
const argumentSchema = z.object({ folder: z.string(), thread: threadIdSchema });

/** Whether the command could be done with a thread of that folder. */
type Accepts = (thread: Thread, folder: DockFolder) => boolean;

interface ThreadItem extends vscode.QuickPickItem {
  readonly chosen: ChosenThread;
}

/** The thread a command is about: the one it was called on, else one the person picks. */
export async function chooseThread(
  context: CommandContext,
  argument: unknown,
  options: { readonly placeholder: string; readonly accepts?: Accepts },
): Promise<ChosenThread> {
  const named = namedThread(context, argument);
  if (named !== undefined) return named;
  const items = threadItems(context, options.accepts ?? (() => true));
  if (items.length === 0) {
    throw new DockError('not_found', t('There is no thread this could be done with.'));
  }
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: options.placeholder,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (picked === undefined) throw new vscode.CancellationError();
  return picked.chosen;
}

/** The thread the command was called on; undefined when it was called on none. */
export function namedThread(context: CommandContext, argument: unknown): ChosenThread | undefined {
  const named = argumentSchema.safeParse(argument);
  if (!named.success) return undefined;
  const folder = context.folders.get(named.data.folder);
  const thread = folder?.client.threads.get(named.data.thread);
  if (folder === undefined || thread === undefined) {
    throw new DockError('not_found', t('The thread {0} is not there any more.', named.data.thread));
  }
  return { folder, thread };
}

/** Newest first; the thread whose terminal is in front comes before all. */
function threadItems(context: CommandContext, accepts: Accepts): ThreadItem[] {
  const front = context.terminals.threadOf(vscode.window.activeTerminal)?.thread;
  const folders = context.folders.all;
  return folders
    .flatMap(folder =>
      [...folder.client.threads.values()]
        .filter(one => accepts(one, folder))
        .map(thread => ({ folder, thread })),
    )
    .sort((a, b) => b.thread.created_at.localeCompare(a.thread.created_at))
    .sort((a, b) => Number(b.thread.id === front) - Number(a.thread.id === front))
    .map(chosen => ({
      label: `$(${threadLook(chosen.thread).icon}) ${plainLabel(chosen.thread.task_name)}`,
      description: threadDescription(chosen.thread, Date.now()),
      ...(folders.length > 1 ? { detail: chosen.folder.folder.name } : {}),
      chosen,
    }));
}
