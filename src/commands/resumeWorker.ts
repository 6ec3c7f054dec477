import { safeLine } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { back, runSteps } from '../vscode/quickSteps.ts';
import { chooseThread } from './chooseThread.ts';
import type { CommandContext } from './commandContext.ts';
import { promptStep } from './promptStep.ts';

/** The next turn in the same session; behind the running turn if there is one. */
export async function resumeWorker(context: CommandContext, argument: unknown): Promise<void> {
  const { folder, thread } = await chooseThread(context, argument, {
    placeholder: t('Resume which thread?'),
  });
  let prompt = '';
  await runSteps(t('Resume “{0}”', safeLine(thread.task_name, 60)), [
    async place => {
      const answer = await promptStep(context, place, t('What should it do next?'));
      if (answer !== back) prompt = answer;
      return answer;
    },
  ]);
  await folder.client.call('resume_thread', { thread_id: thread.id, additional_prompt: prompt });
  await context.terminals.show(folder, thread.id);
}
