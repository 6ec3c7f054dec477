import type { Page } from 'playwright-core';

/** A terminal that is brought to the front takes the keyboard: whoever opened a box before that would lose it again. */
export async function untilTerminalHasKeys(page: Page): Promise<void> {
  await page.locator('.editor-instance .terminal-wrapper.active .xterm.focus').waitFor();
}
