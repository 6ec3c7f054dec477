import { t } from '../vscode/localize.ts';
import { chooseThread } from './chooseThread.ts';
import type { CommandContext } from './commandContext.ts';

export async function openTerminal(context: CommandContext, argument: unknown): Promise<void> {
  const { folder, thread } = await chooseThread(context, argument, {
    placeholder: t('Open the terminal of which thread?'),
  });
  await context.terminals.show(folder, thread.id);
}
