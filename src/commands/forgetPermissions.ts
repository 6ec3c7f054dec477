import * as vscode from 'vscode';
import type { PermissionRule } from '../contracts/agentRequest.ts';
import { plainLabel } from '../views/plainLabel.ts';
import { ruleText } from '../views/requestText.ts';
import { safeLine } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { back, type PickItem, pickStep } from '../vscode/quickSteps.ts';
import { chooseThread } from './chooseThread.ts';
import type { CommandContext } from './commandContext.ts';

/** Takes back what the person allowed for a whole thread: one of it, or all. The agent asks for it again. */
export async function forgetPermissions(context: CommandContext, argument: unknown): Promise<void> {
  const { folder, thread } = await chooseThread(context, argument, {
    placeholder: t('Forget the permissions of which thread?'),
    accepts: ({ rules }) => rules.length > 0,
  });
  const name = safeLine(thread.task_name, 60);
  const rules = await pickStep(
    { title: t('Forget permissions of “{0}”', name), step: 1, totalSteps: 1 },
    { placeholder: t('What shall the agent ask for again?'), items: ruleItems(thread.rules) },
  );
  // A first step has no way back.
  if (rules === back) return;
  const { forgotten } = await folder.client.forgetRules({ thread: thread.id, rules: [...rules] });
  if (forgotten.length === 0) return;
  const list = forgotten.map(rule => safeLine(ruleText(rule), 80)).join('; ');
  void vscode.window.showInformationMessage(t('“{0}” asks again for: {1}', name, safeLine(list, 300)));
}

function ruleItems(rules: readonly PermissionRule[]): PickItem<readonly PermissionRule[]>[] {
  const each = rules.map(rule => ({ label: plainLabel(ruleText(rule)), value: [rule] }));
  return rules.length > 1 ? [{ label: `$(clear-all) ${t('All of Them')}`, value: rules }, ...each] : each;
}
