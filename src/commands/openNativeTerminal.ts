import { isNativeOpen } from '../core/isNativeOpen.ts';
import { t } from '../vscode/localize.ts';
import { chooseThread } from './chooseThread.ts';
import type { CommandContext } from './commandContext.ts';

/** Opens a thread's session in its provider's own terminal program, or shows that again where it is open. */
export async function openNativeTerminal(context: CommandContext, argument: unknown): Promise<void> {
  const { folder, thread } = await chooseThread(context, argument, {
    placeholder: t('Open which thread in its own terminal?'),
    accepts: (one, at) => at.hasNativeTerminal(one),
  });
  if (!isNativeOpen(thread)) await folder.client.call('open_native', { thread_id: thread.id });
  await context.terminals.showNative(folder, thread.id);
}
