import { repeatSafely } from '../client/repeatSafely.ts';
import type { ToolArgs } from '../contracts/tools.ts';
import { safeLine } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { back, runSteps, type StepPlace } from '../vscode/quickSteps.ts';
import { chooseThread } from './chooseThread.ts';
import type { CommandContext } from './commandContext.ts';
import { promptStep } from './promptStep.ts';
import { withAnotherTry } from './withAnotherTry.ts';

/** The next turn in the same session; behind the running turn if there is one. */
export async function resumeWorker(context: CommandContext, argument: unknown): Promise<void> {
  const { folder, thread } = await chooseThread(context, argument, {
    placeholder: t('Resume which thread?'),
  });
  let prompt = '';
  const questions = [
    async (place: StepPlace) => {
      const answer = await promptStep(context, place, {
        question: t('What should it do next?'),
        begun: prompt,
        typed: text => {
          prompt = text;
        },
      });
      if (answer !== back) prompt = answer;
      return answer;
    },
  ];
  const call = repeatSafely((args: ToolArgs<'resume_thread'>) => folder.client.call('resume_thread', args));
  const resumed = await withAnotherTry(
    context,
    () => runSteps(t('Resume “{0}”', safeLine(thread.task_name, 60)), questions),
    () => call({ thread_id: thread.id, additional_prompt: prompt }),
  );
  if (resumed !== undefined) await context.terminals.show(folder, thread.id);
}
