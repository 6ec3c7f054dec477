import { restStates, type Thread } from '../contracts/thread.ts';
import { safeLine } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { confirm } from '../vscode/notifications.ts';
import { chooseThread } from './chooseThread.ts';
import type { CommandContext } from './commandContext.ts';

/** Cancels a thread and takes its whole process tree; asks first when work would be cut off. */
export async function cancelThread(context: CommandContext, argument: unknown): Promise<void> {
  const { folder, thread } = await chooseThread(context, argument, {
    placeholder: t('Cancel which thread?'),
    accepts: isActive,
  });
  if (thread.turn !== undefined) {
    const question = t('Cancel “{0}”?', safeLine(thread.task_name));
    const detail = t(
      'The running turn and everything it started will be ended. The session can be resumed later.',
    );
    if (!(await confirm(question, detail, t('Cancel Thread')))) return;
  }
  await folder.client.call('cancel_thread', { thread_id: thread.id });
}

function isActive(thread: Thread): boolean {
  return !restStates.has(thread.state) || thread.queue.length > 0;
}
