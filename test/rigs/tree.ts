import type { Locator, Page } from 'playwright-core';

const rows = '.sidebar .monaco-list-row';

/** Rows as text, in the order of the screen. The list is virtual: only what is scrolled into sight is there. */
export async function readTree(page: Page): Promise<string[]> {
  const found = await page.locator(rows).all();
  const read = await Promise.all(
    found.map(async row => ({ row: await readRow(row), top: (await row.boundingBox())?.y })),
  );
  return read.sort((one, other) => (one.top ?? 0) - (other.top ?? 0)).map(({ row }) => row);
}

async function readRow(row: Locator): Promise<string> {
  const level = Number((await row.getAttribute('aria-level')) ?? 1);
  const label = await row.locator('.label-name').allTextContents();
  const description = await row.locator('.label-description').allTextContents();
  return '  '.repeat(level - 1) + [...label, ...description].filter(text => text !== '').join('  ');
}

export function treeRow(page: Page, label: string): Locator {
  return page.locator(rows, { has: page.locator('.label-name').getByText(label, { exact: true }) }).first();
}

/** Clicks an inline action of a row; they are drawn only while the mouse is over it. */
export async function clickRowAction(row: Locator, title: string): Promise<void> {
  await row.hover();
  await row.locator(`.actions .action-label[aria-label^="${title}"]`).click();
}
