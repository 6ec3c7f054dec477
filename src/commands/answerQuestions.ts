import type { Question } from '../contracts/agentRequest.ts';
import { plainLabel } from '../views/plainLabel.ts';
import { type Answer, questionsOf } from '../views/requestText.ts';
import { safeLine } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import {
  type Back,
  back,
  inputStep,
  notEmpty,
  type PickItem,
  pickManyStep,
  pickStep,
  runSteps,
  type StepPlace,
} from '../vscode/quickSteps.ts';
import type { ChosenRequest } from './chooseRequest.ts';

const ownWords = Symbol('ownWords');

/** Asks the agent's questions one after the other. */
export async function answerQuestions({ thread, request }: ChosenRequest): Promise<Answer> {
  const answers: string[] = [];
  const steps = questionsOf(request).map((question, index) => async (place: StepPlace) => {
    const answer = await answerOne(place, question);
    if (answer !== back) answers[index] = answer;
    return answer;
  });
  await runSteps(t('“{0}” asks', safeLine(thread.task_name, 60)), steps);
  return { answers };
}

async function answerOne(place: StepPlace, question: Question): Promise<string | Back> {
  const text = safeLine(question.question, 300);
  const typed = () => inputStep(place, { prompt: text, check: notEmpty });
  if (question.options.length === 0) return typed();
  const own: PickItem<typeof ownWords> = { label: `$(edit) ${t('In Your Own Words…')}`, value: ownWords };
  if (question.multiple) {
    const labels = await pickManyStep(place, { placeholder: text, items: optionItems(question) });
    if (labels === back) return back;
    return labels.length > 0 ? labels.join('\n') : typed();
  }
  const picked = await pickStep<string | typeof ownWords>(place, {
    placeholder: text,
    items: [...optionItems(question), own],
  });
  return picked === ownWords ? typed() : picked;
}

function optionItems({ options }: Question): PickItem<string>[] {
  return options.map(({ label, description }) => ({
    label: plainLabel(label),
    ...(description === undefined ? {} : { detail: plainLabel(description) }),
    value: label,
  }));
}
