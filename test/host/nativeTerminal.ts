import type { TestContext } from 'node:test';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { waitFor } from '../support/waitFor.ts';

/** What a person sees and does in front of a thread's own terminal. */
export interface Seat {
  /** All that was drawn since the terminal was opened. */
  screen(): string;
  /** Once the text stands on the screen, whatever moves between its words. */
  shows(text: string): Promise<void>;
  type(keys: string): void;
}

export function sitDown(t: TestContext, client: DockClient, thread: ThreadId): Seat {
  let screen = '';
  const leave = client.watchScreen(thread, ({ reset, data }) => {
    screen = reset ? data : screen + data;
  });
  t.after(leave);
  const words = () => screen.replace(/\u001b\[[\d;?]*[A-Za-z]/g, ' ').replace(/\s+/g, ' ');
  return {
    screen: () => screen,
    shows: async text => {
      await waitFor(`${text} on the screen`, () => words().includes(text)).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${words().slice(-3000)}`);
      });
    },
    type: keys => client.write(thread, keys),
  };
}

/** Types a line and, once it stands there, sends it: an Enter that comes with the text would be a part of it. */
export async function say(seat: Seat, line: string): Promise<void> {
  seat.type(line);
  await seat.shows(line);
  seat.type('\r');
}
