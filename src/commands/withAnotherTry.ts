import { offerAnotherTry } from '../vscode/notifications.ts';
import type { CommandContext } from './commandContext.ts';

/**
 * Asks, then acts. After a failure the person may go through the questions again: what was typed is still there.
 * Undefined when they do not want to.
 */
export async function withAnotherTry<Result>(
  { logger }: CommandContext,
  ask: () => Promise<void>,
  act: () => Promise<Result>,
): Promise<Result | undefined> {
  for (;;) {
    await ask();
    try {
      return await act();
    } catch (error) {
      if (!(await offerAnotherTry(error, logger))) return undefined;
    }
  }
}
