import type { NativeTerminal } from '../../src/providers/driver.ts';
import { waitFor } from '../support/waitFor.ts';

/** What is drawn on the screen of a terminal, as words. */
export function watchScreen(terminal: Pick<NativeTerminal, 'follow'>) {
  let screen = '';
  terminal.follow(data => {
    screen += data;
  });
  const words = () => screen.replace(/\u001b\[[\d;?]*[A-Za-z]/g, ' ').replace(/\s+/g, ' ');
  return {
    shows: async (text: string): Promise<void> => {
      await waitFor(`${text} on the screen`, () => words().includes(text)).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${words().slice(-2000)}`);
      });
    },
    /** What was drawn before does not count any more. */
    forget: (): void => {
      screen = '';
    },
  };
}
