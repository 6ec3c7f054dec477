import * as vscode from 'vscode';
import { plainLabel } from '../views/plainLabel.ts';
import { type Answer, ruleText } from '../views/requestText.ts';
import { safeLine } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { back, inputStep, type PickItem, pickStep } from '../vscode/quickSteps.ts';
import type { ChosenRequest } from './chooseRequest.ts';
import type { CommandContext } from './commandContext.ts';
import { detailItems } from './detailItems.ts';
import { showDetail, showDiff } from './showRequest.ts';

type Choice = 'allow' | 'allow_thread' | 'deny' | 'detail' | 'diff';

/** Shows what is wanted, above the choices: who only presses Enter looks at it and allows nothing. */
export async function answerPermission(context: CommandContext, chosen: ChosenRequest): Promise<Answer> {
  const { thread, request } = chosen;
  const title = t('“{0}” wants to use {1}', safeLine(thread.task_name, 60), safeLine(request.tool ?? '', 60));
  const line = {
    label: t('your answer'),
    kind: vscode.QuickPickItemKind.Separator,
    value: 'detail' as const,
  };
  const items = [...detailItems<Choice>(request.detail, 'detail'), line, ...choiceItems(chosen)];
  for (;;) {
    const choice = await pickStep<Choice>(
      { title, step: 1, totalSteps: 1 },
      { placeholder: t('Allow it?'), items },
    );
    if (choice === 'allow' || choice === 'allow_thread') return { decision: choice };
    if (choice === 'detail') await showDetail(context, chosen);
    if (choice === 'diff') await showDiff(context, chosen);
    if (choice !== 'deny') continue;
    const reason = await inputStep(
      { title, step: 2, totalSteps: 2 },
      { prompt: t('Why not? The agent reads it. Empty: no reason.'), check: () => undefined },
    );
    if (reason === back) continue;
    return reason.trim() === '' ? { decision: 'deny' } : { decision: 'deny', reason: reason.trim() };
  }
}

function choiceItems({ request: { diff, rule } }: ChosenRequest): PickItem<Choice>[] {
  return [
    ...(diff === undefined ? [] : [{ label: `$(diff) ${t('Show Diff')}`, value: 'diff' as const }]),
    { label: `$(check) ${t('Allow Once')}`, value: 'allow' },
    ...(rule === undefined
      ? []
      : [
          {
            label: `$(check-all) ${t('Allow in This Thread')}`,
            description: plainLabel(ruleText(rule)),
            value: 'allow_thread' as const,
          },
        ]),
    { label: `$(close) ${t('Deny…')}`, description: t('with a reason that the agent reads'), value: 'deny' },
  ];
}
