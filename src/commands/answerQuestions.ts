import * as vscode from 'vscode';
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
import type { CommandContext } from './commandContext.ts';
import { questionItems } from './questionItems.ts';
import { showDetail } from './showRequest.ts';

const detail = Symbol('detail');
const ownWords = Symbol('ownWords');
const several = Symbol('several');

/** Asks the agent's questions one after the other. */
export async function answerQuestions(context: CommandContext, chosen: ChosenRequest): Promise<Answer> {
  const { thread, request } = chosen;
  const answers: string[] = [];
  const look = () => showDetail(context, chosen);
  const steps = questionsOf(request).map((question, index) => async (place: StepPlace) => {
    const answer = await answerOne(place, {
      question,
      items: questionItems(request, question, detail),
      look,
    });
    if (answer !== back) answers[index] = answer;
    return answer;
  });
  await runSteps(t('“{0}” asks', safeLine(thread.task_name, 60)), steps);
  return { answers };
}

interface Asked {
  readonly question: Question;
  /** The question, where one line does not hold it. */
  readonly items: readonly PickItem<typeof detail>[];
  readonly look: () => Promise<void>;
}

async function answerOne(place: StepPlace, { question, items, look }: Asked): Promise<string | Back> {
  const text = safeLine(question.question, 300);
  const typed = () => inputStep(place, { prompt: text, check: notEmpty });
  const chosen = async () => {
    const labels = await pickManyStep(place, { placeholder: text, items: optionItems(question) });
    if (labels === back) return back;
    return labels.length > 0 ? labels.join('\n') : typed();
  };
  if (items.length === 0 && question.options.length === 0) return typed();
  if (items.length === 0 && question.multiple) return chosen();
  const line: PickItem<typeof detail> = {
    label: t('your answer'),
    kind: vscode.QuickPickItemKind.Separator,
    value: detail,
  };
  for (;;) {
    const picked = await pickStep<string | typeof ownWords | typeof several | typeof detail>(place, {
      placeholder: items.length === 0 ? text : t('Your answer'),
      items: [...items, ...(items.length === 0 ? [] : [line]), ...choiceItems(question)],
    });
    if (picked === ownWords) return typed();
    if (picked === several) return chosen();
    if (picked !== detail) return picked;
    await look();
  }
}

function choiceItems(question: Question): PickItem<string | typeof ownWords | typeof several>[] {
  if (question.multiple && question.options.length > 0)
    return [{ label: `$(checklist) ${t('Choose…')}`, value: several }];
  return [...optionItems(question), { label: `$(edit) ${t('In Your Own Words…')}`, value: ownWords }];
}

function optionItems({ options }: Question): PickItem<string>[] {
  return options.map(({ label, description }) => ({
    label: plainLabel(label),
    ...(description === undefined ? {} : { detail: plainLabel(description) }),
    value: label,
  }));
}
