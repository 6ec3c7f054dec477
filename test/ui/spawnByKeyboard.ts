import type { Workbench } from '../rigs/workbench.ts';
import { chooseByTyping, commandByTyping, quickTitle, typeAndAccept } from './quickInput.ts';
import { untilTerminalHasKeys } from './untilTerminalHasKeys.ts';

export interface WorkerAnswers {
  readonly role?: 'worker' | 'master';
  /** As the list of agents names it. */
  readonly provider: 'Codex' | 'Claude Code' | 'OpenCode' | 'Command';
  readonly name: string;
  readonly prompt: string;
  /** A command is asked for none. */
  readonly mode?: 'Read only' | 'Ask first' | 'Edit files' | 'Full access';
  /** Whether full access is asked about, as it is by default. */
  readonly isConfirmed?: boolean;
}

/** Spawn Worker… or Start Master… through all its steps, without the mouse; the folder is the workspace folder. */
export async function spawnByKeyboard(window: Workbench, answers: WorkerAnswers): Promise<void> {
  const { page } = window;
  const title = answers.role === 'master' ? 'Start Master' : 'Spawn Worker';
  const steps = answers.role === 'master' ? 6 : 5;
  await commandByTyping(page, `AgentDock: ${title}…`);
  await quickTitle(page, `${title} (1/${steps})`);
  await chooseByTyping(page, answers.provider);
  await quickTitle(page, `${title} (2/${steps})`);
  await typeAndAccept(page, answers.name);
  await quickTitle(page, `${title} (3/${steps})`);
  await typeAndAccept(page, answers.prompt);
  await quickTitle(page, `${title} (4/${steps})`);
  await page.locator('.quick-input-list .monaco-list-row.focused').waitFor();
  await page.keyboard.press('Enter');
  if (answers.mode !== undefined) {
    await quickTitle(page, `${title} (5/${steps})`);
    await chooseByTyping(page, answers.mode);
  }
  if (answers.role === 'master') {
    await quickTitle(page, `${title} (6/6)`);
    await chooseByTyping(page, 'In the background');
  }
  if (answers.mode === 'Full access' && answers.isConfirmed !== false) {
    await page.locator('.monaco-dialog-box', { hasText: `Give “${answers.name}” full access?` }).waitFor();
    await page.keyboard.press('Enter');
  }
  await window.waitForTerminal(new RegExp(`^${answers.name}\\n.* · thread-`));
  await untilTerminalHasKeys(page);
}
