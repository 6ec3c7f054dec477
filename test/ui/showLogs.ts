import type { Workbench } from '../rigs/workbench.ts';
import { waitFor } from '../support/waitFor.ts';
import { commandByTyping } from './quickInput.ts';

/** Runs Show Logs and waits until the log of the extension is in front: the extension is active then. */
export async function showLogs({ page }: Workbench): Promise<void> {
  await commandByTyping(page, 'AgentDock: Show Logs');
  // Its lines need a native module that this VS Code is installed without.
  const channels = `document.querySelectorAll('.panel select[aria-label="Switch Output"]')`;
  await waitFor('the log in the output panel', () =>
    page.evaluate<boolean>(`[...${channels}].some(channel => channel.value === 'AgentDock')`),
  );
}
