import { offerAnotherTry } from '../vscode/notifications.ts';
import type { CommandContext } from './commandContext.ts';

/** Asks, then acts. After a failure the person may go through the questions again: what was typed is still there. */
export async function withAnotherTry(
  { logger }: CommandContext,
  ask: () => Promise<void>,
  act: () => Promise<void>,
): Promise<void> {
  for (;;) {
    await ask();
    try {
      return await act();
    } catch (error) {
      if (!(await offerAnotherTry(error, logger))) return;
    }
  }
}
