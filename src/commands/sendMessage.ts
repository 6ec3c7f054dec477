import { repeatSafely } from '../client/repeatSafely.ts';
import type { ToolArgs } from '../contracts/tools.ts';
import { runsInPty } from '../core/runsInPty.ts';
import { safeLine } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { back, pickStep, runSteps, type StepPlace } from '../vscode/quickSteps.ts';
import { chooseThread } from './chooseThread.ts';
import type { CommandContext } from './commandContext.ts';
import { promptStep } from './promptStep.ts';
import { withAnotherTry } from './withAnotherTry.ts';

type When = NonNullable<ToolArgs<'send_message'>['when']>;

/** Puts a message into a thread's inbox: for the running turn or the next one. A thread at rest starts a turn for it. */
export async function sendMessage(context: CommandContext, argument: unknown): Promise<void> {
  const { folder, thread } = await chooseThread(context, argument, {
    placeholder: t('Send a message to which thread?'),
    accepts: one => !runsInPty(one),
  });
  const draft: { text: string; when: When } = { text: '', when: 'now' };
  const isBusy = () => folder.client.threads.get(thread.id)?.turn !== undefined;
  const questions = [
    async (place: StepPlace) => {
      const answer = await promptStep(context, place, {
        question: t('What should it know?'),
        begun: draft.text,
        typed: text => {
          draft.text = text;
        },
      });
      if (answer !== back) draft.text = answer;
      return answer;
    },
    // At rest there is nothing to wait for.
    ...(isBusy()
      ? [
          async (place: StepPlace) => {
            const answer = await whenStep(place);
            if (answer !== back) draft.when = answer;
            return answer;
          },
        ]
      : []),
  ];
  const call = repeatSafely((args: ToolArgs<'send_message'>) => folder.client.call('send_message', args));
  await withAnotherTry(
    context,
    () => runSteps(t('Message to “{0}”', safeLine(thread.task_name, 60)), questions),
    () => call({ thread_id: thread.id, ...draft }),
  );
}

function whenStep(place: StepPlace): Promise<When | typeof back> {
  return pickStep<When>(place, {
    placeholder: t('When should it arrive?'),
    items: [
      {
        label: `$(zap) ${t('Now')}`,
        description: t('into the running turn, where the agent can take it'),
        value: 'now',
      },
      {
        label: `$(debug-step-over) ${t('At the End of the Turn')}`,
        description: t('as a turn of its own'),
        value: 'turn_end',
      },
    ],
  });
}
