import * as vscode from 'vscode';
import { t } from '../vscode/localize.ts';
import { type Back, inputStep, notEmpty, type StepPlace } from '../vscode/quickSteps.ts';
import type { CommandContext } from './commandContext.ts';

/** Asks for a prompt: one line at once, or any text in an editor. */
export function promptStep(
  { promptEditor }: CommandContext,
  place: StepPlace,
  prompt: string,
): Promise<string | Back> {
  return inputStep(place, {
    prompt: t('{0} The pencil opens an editor for longer texts.', prompt),
    check: notEmpty,
    button: {
      iconPath: new vscode.ThemeIcon('edit'),
      tooltip: t('Write the Prompt in an Editor'),
      run: typed => promptEditor.write(typed),
    },
  });
}
