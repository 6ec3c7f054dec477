import * as vscode from 'vscode';
import { toToolError } from '../contracts/errors.ts';
import { t } from '../vscode/localize.ts';
import { answerPermission } from './answerPermission.ts';
import { answerQuestions } from './answerQuestions.ts';
import { chooseRequest } from './chooseRequest.ts';
import type { CommandContext } from './commandContext.ts';

/** Answers what an agent waits for: a permission or a question, of any thread of any folder. */
export async function answer(context: CommandContext, argument: unknown): Promise<void> {
  const chosen = await chooseRequest(context, argument);
  const { folder, thread, request } = chosen;
  const given =
    request.kind === 'permission'
      ? await answerPermission(context, chosen)
      : await answerQuestions(context, chosen);
  try {
    await folder.client.call('answer_thread', { thread_id: thread.id, request_id: request.id, ...given });
  } catch (error) {
    if (toToolError(error).code !== 'conflict') throw error;
    void vscode.window.showInformationMessage(t('Nobody waits for this answer any more.'));
  }
}
