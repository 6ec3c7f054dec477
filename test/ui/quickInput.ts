import type { Locator, Page } from 'playwright-core';

const box = '.quick-input-widget:visible';

/** Runs a command as a person does who knows its title: F1, the title, Enter. */
export async function commandByTyping(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  await page.locator(`${box} .quick-input-box input`).waitFor();
  await chooseByTyping(page, title);
}

/** Waits until the box asks its question, so that no key goes to the one before. */
export async function quickTitle(page: Page, title: string): Promise<void> {
  await page.locator(`${box} .quick-input-title`, { hasText: title }).waitFor();
}

/** The same for a box without a title. */
export async function quickPlaceholder(page: Page, text: string): Promise<void> {
  await page.locator(`${box} .quick-input-box input[placeholder^="${text}"]`).waitFor();
}

/** Filters the list by what is typed, and accepts the row that is then chosen. */
export async function chooseByTyping(page: Page, label: string): Promise<void> {
  await page.locator(`${box} .quick-input-list .monaco-list-row`).first().waitFor();
  await page.keyboard.type(label);
  await focusedRow(page, label).waitFor();
  await page.keyboard.press('Enter');
}

export async function typeAndAccept(page: Page, text: string): Promise<void> {
  await page.locator(`${box} .quick-input-box input`).waitFor();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

/** Icons count as words in a row's accessible name, so the label itself is looked at. */
function focusedRow(page: Page, label: string): Locator {
  const rows = page.locator(`${box} .quick-input-list .monaco-list-row.focused`);
  return rows.filter({ has: page.locator('.label-name').getByText(label, { exact: true }) });
}
