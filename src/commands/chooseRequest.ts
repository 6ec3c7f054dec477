import * as vscode from 'vscode';
import type { AgentRequest } from '../contracts/agentRequest.ts';
import { plainLabel } from '../views/plainLabel.ts';
import { providerName } from '../views/providerName.ts';
import { t } from '../vscode/localize.ts';
import { back, type PickItem, pickStep } from '../vscode/quickSteps.ts';
import { type ChosenThread, namedThread } from './chooseThread.ts';
import type { CommandContext } from './commandContext.ts';

export interface ChosenRequest extends ChosenThread {
  readonly request: AgentRequest;
}

/** The request to answer: the only one of the thread the command was called on, else one the person picks. */
export async function chooseRequest(context: CommandContext, argument: unknown): Promise<ChosenRequest> {
  const named = namedThread(context, argument);
  const open = named === undefined ? everything(context) : requestsOf(named);
  const [only] = open;
  if (only === undefined) {
    void vscode.window.showInformationMessage(t('Nothing waits for an answer.'));
    throw new vscode.CancellationError();
  }
  if (named !== undefined && open.length === 1) return only;
  const answer = await pickStep(
    { title: t('Answer'), step: 1, totalSteps: 1 },
    { placeholder: t('Answer what?'), items: open.map(chosen => requestItem(chosen, context)) },
  );
  // A first step has no way back.
  return answer === back ? only : answer;
}

/** Oldest first: who waits longest. */
function everything({ folders }: CommandContext): ChosenRequest[] {
  return folders.all
    .flatMap(folder => [...folder.client.threads.values()].flatMap(thread => requestsOf({ folder, thread })))
    .sort((a, b) => a.request.opened_at.localeCompare(b.request.opened_at));
}

function requestsOf(chosen: ChosenThread): ChosenRequest[] {
  return chosen.thread.requests.map(request => ({ ...chosen, request }));
}

function requestItem(chosen: ChosenRequest, { folders }: CommandContext): PickItem<ChosenRequest> {
  const { folder, thread, request } = chosen;
  const icon = request.kind === 'permission' ? 'shield' : 'question';
  const where = folders.all.length > 1 ? ` · ${folder.folder.name}` : '';
  return {
    label: `$(${icon}) ${plainLabel(request.title, 120)}`,
    description: `${plainLabel(thread.task_name)} · ${providerName(thread.provider)}${where}`,
    value: chosen,
  };
}
