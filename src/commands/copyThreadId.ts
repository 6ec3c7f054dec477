import * as vscode from 'vscode';
import { t } from '../vscode/localize.ts';
import { chooseThread } from './chooseThread.ts';
import type { CommandContext } from './commandContext.ts';

export async function copyThreadId(context: CommandContext, argument: unknown): Promise<void> {
  const { thread } = await chooseThread(context, argument, {
    placeholder: t('Copy the id of which thread?'),
  });
  await vscode.env.clipboard.writeText(thread.id);
}
