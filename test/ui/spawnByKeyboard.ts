import type { Workbench } from '../rigs/workbench.ts';
import { chooseByTyping, commandByTyping, quickTitle, typeAndAccept } from './quickInput.ts';
import { untilTerminalHasKeys } from './untilTerminalHasKeys.ts';

export interface WorkerAnswers {
  /** As the list of agents names it. */
  readonly provider: 'Codex' | 'Claude Code' | 'OpenCode' | 'Command';
  readonly name: string;
  readonly prompt: string;
  /** A command is asked for none. */
  readonly mode?: 'Read only' | 'Ask first' | 'Edit files' | 'Full access';
}

/** Spawn Worker… through all its steps, without the mouse; the folder is the workspace folder. */
export async function spawnByKeyboard(window: Workbench, answers: WorkerAnswers): Promise<void> {
  const { page } = window;
  await commandByTyping(page, 'AgentDock: Spawn Worker…');
  await quickTitle(page, 'Spawn Worker (1/5)');
  await chooseByTyping(page, answers.provider);
  await quickTitle(page, 'Spawn Worker (2/5)');
  await typeAndAccept(page, answers.name);
  await quickTitle(page, 'Spawn Worker (3/5)');
  await typeAndAccept(page, answers.prompt);
  await quickTitle(page, 'Spawn Worker (4/5)');
  await page.locator('.quick-input-list .monaco-list-row.focused').waitFor();
  await page.keyboard.press('Enter');
  if (answers.mode !== undefined) {
    await quickTitle(page, 'Spawn Worker (5/5)');
    await chooseByTyping(page, answers.mode);
  }
  if (answers.mode === 'Full access') {
    await page.locator('.monaco-dialog-box', { hasText: `Give “${answers.name}” full access?` }).waitFor();
    await page.keyboard.press('Enter');
  }
  await window.waitForTerminal(new RegExp(`^${answers.name}\\n.* · thread-`));
  await untilTerminalHasKeys(page);
}
