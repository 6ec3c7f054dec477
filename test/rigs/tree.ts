import type { Locator, Page } from 'playwright-core';

const rows = '.sidebar .monaco-list-row';

/**
 * Rows as text, in the order of the screen. The list is virtual: only what is scrolled into sight is there, and it is
 * drawn anew all the time, so all rows are read in one moment.
 */
export async function readTree(page: Page): Promise<string[]> {
  const read = await page.locator(rows).evaluateAll(found =>
    found.map(row => {
      const texts = (part: string) => [...row.querySelectorAll(part)].map(one => one.textContent ?? '');
      return {
        level: Number(row.getAttribute('aria-level') ?? 1),
        texts: [...texts('.label-name'), ...texts('.label-description')],
        top: row.getBoundingClientRect().y,
      };
    }),
  );
  return read
    .sort((one, other) => one.top - other.top)
    .map(({ level, texts }) => '  '.repeat(level - 1) + texts.filter(text => text !== '').join('  '));
}

export function treeRow(page: Page, label: string): Locator {
  return page.locator(rows, { has: page.locator('.label-name').getByText(label, { exact: true }) }).first();
}

/** Clicks an inline action of a row; they are drawn only while the mouse is over it. */
export async function clickRowAction(row: Locator, title: string): Promise<void> {
  await row.hover();
  await row.locator(`.actions .action-label[aria-label^="${title}"]`).click();
}
