import type { Page } from 'playwright-core';

/** Answers a modal question: waits for its text, then presses the button of that title. */
export async function confirmDialog(page: Page, question: string, button: string): Promise<void> {
  const dialog = page.locator('.monaco-dialog-box', { hasText: question });
  await dialog.getByRole('button', { name: button, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}
