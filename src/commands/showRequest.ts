import { readText } from '../client/readText.ts';
import { safeLine, safeText } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import type { ChosenRequest } from './chooseRequest.ts';
import type { CommandContext } from './commandContext.ts';

/** The command, the paths or the question in full, in an editor that cannot be written to. */
export async function showDetail(
  { readOnlyTexts }: CommandContext,
  { folder, request }: ChosenRequest,
): Promise<void> {
  const text = safeText(await readText(folder.root, request.detail));
  await readOnlyTexts.show({ key: request.id, name: safeLine(request.tool ?? t('question'), 40), text });
}

/** The change that is asked for, as a unified diff. */
export async function showDiff(
  { readOnlyTexts }: CommandContext,
  { folder, request }: ChosenRequest,
): Promise<void> {
  if (request.diff === undefined) return;
  const text = safeText(await readText(folder.root, request.diff));
  await readOnlyTexts.show({ key: request.id, name: `${safeLine(request.tool ?? '', 40)}.diff`, text });
}
