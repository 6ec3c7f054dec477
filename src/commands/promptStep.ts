import * as vscode from 'vscode';
import { t } from '../vscode/localize.ts';
import { type Back, inputStep, notEmpty, type StepPlace } from '../vscode/quickSteps.ts';
import type { CommandContext } from './commandContext.ts';

/** Asks for a prompt: one line at once, or any text in an editor. `begun` is what was written before. */
export function promptStep(
  { promptEditor }: CommandContext,
  place: StepPlace,
  {
    question,
    begun,
    typed,
  }: { readonly question: string; readonly begun: string; readonly typed: (text: string) => void },
): Promise<string | Back> {
  // A box has one line and would drop the ends of the others.
  if (begun.includes('\n')) return promptEditor.write(begun);
  return inputStep(place, {
    prompt: t('{0} The pencil opens an editor for longer texts.', question),
    value: begun,
    typed,
    check: notEmpty,
    button: {
      iconPath: new vscode.ThemeIcon('edit'),
      tooltip: t('Write the Prompt in an Editor'),
      run: typed => promptEditor.write(typed),
    },
  });
}
