import type { Locator, Page } from 'playwright-core';

const widget = '.quick-input-widget:visible';

/** `title` is the whole label of the row: a mere prefix could meet a recently used, longer one first. */
export async function runCommand(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  await page.locator(`${widget} input[type="text"]`).first().fill(`>${title}`);
  await clickRow(page, title);
}

export async function pickQuickItem(page: Page, label: string): Promise<void> {
  await clickRow(page, label);
}

export async function typeIntoQuickInput(page: Page, text: string): Promise<void> {
  const input = page.locator(`${widget} input[type="text"]`).first();
  await input.waitFor();
  await input.fill(text);
  await page.keyboard.press('Enter');
}

async function clickRow(page: Page, label: string): Promise<void> {
  const row = quickRow(page, label);
  await row.waitFor();
  await row.click();
}

/** The accessible name is the label alone, or the label, a comma and more (keys, description). */
function quickRow(page: Page, label: string): Locator {
  const escaped = label.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  const rows = `${widget} .quick-input-list .monaco-list-row`;
  return page.locator(`${rows}[aria-label="${escaped}"], ${rows}[aria-label^="${escaped}, "]`).first();
}
