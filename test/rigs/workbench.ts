import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { type WindowSize, windowSize } from './browser.ts';
import { pickQuickItem, runCommand, typeIntoQuickInput } from './palette.ts';
import { resultsFolder } from './projectRoot.ts';
import { readTerminal, type TerminalPlace, typeIntoTerminal } from './terminal.ts';
import { clickRowAction, readTree, treeRow } from './tree.ts';

const patience = 100_000;

export interface WorkbenchOptions {
  /** A browser gives each window a profile of its own; in a context all windows share one. */
  readonly browser: Browser | BrowserContext;
  readonly url: string;
  /** Absolute path; an empty window if not given. */
  readonly folder?: string;
  /** A context has its own. */
  readonly size?: WindowSize;
}

/** A VS Code window as a person sees it: everything goes through mouse, keyboard, DOM and terminal buffer. */
export class Workbench {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  static async open(options: WorkbenchOptions): Promise<Workbench> {
    const page = await newPage(options);
    const query = options.folder === undefined ? 'ew=true' : new URLSearchParams({ folder: options.folder });
    page.setDefaultTimeout(patience);
    await page.goto(`${options.url}/?${query}`);
    const workbench = new Workbench(page);
    await workbench.waitUntilReady();
    return workbench;
  }

  async waitUntilReady(): Promise<void> {
    await this.page.waitForFunction(
      `performance.getEntriesByName('code/didStartWorkbench').length > 0`,
      undefined,
      {
        timeout: patience,
      },
    );
    await this.page.locator('.monaco-workbench').waitFor({ timeout: patience });
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.waitUntilReady();
  }

  /** Shows a view container by the title of its icon; a click on the one that is shown would hide it. */
  async showView(title: string): Promise<void> {
    const item = this.page
      .locator(`.activitybar .action-item:has(.action-label[aria-label^="${title}"])`)
      .first();
    await item.waitFor({ timeout: patience });
    if (!(await item.evaluate(element => element.classList.contains('checked')))) await item.click();
  }

  /** Runs a command by its exact title, as the palette shows it: `Category: Title`. */
  runCommand(title: string): Promise<void> {
    return runCommand(this.page, title);
  }

  /** Chooses from the open quick pick the item whose label is `label`. */
  pick(label: string): Promise<void> {
    return pickQuickItem(this.page, label);
  }

  /** Types into the open input box and accepts it. */
  answer(text: string): Promise<void> {
    return typeIntoQuickInput(this.page, text);
  }

  /** The visible rows of the side bar's trees, two spaces a level: `label  description`. */
  rows(): Promise<string[]> {
    return readTree(this.page);
  }

  row(label: string): Locator {
    return treeRow(this.page, label);
  }

  /** Clicks an inline action of a row, by the beginning of its title. */
  clickRowAction(label: string, title: string): Promise<void> {
    return clickRowAction(this.row(label), title);
  }

  async waitForRow(wanted: RegExp, timeoutMs = patience): Promise<string> {
    return await this.waitFor(
      async () => (await this.rows()).find(row => wanted.test(row)),
      async () => `Expected a row like ${wanted}, saw:\n${(await this.rows()).join('\n')}`,
      timeoutMs,
    );
  }

  /** All text of the terminal that is in front, with its scrollback. */
  terminalText(place: TerminalPlace = 'editor'): Promise<string> {
    return readTerminal(this.page, place);
  }

  async waitForTerminal(
    wanted: RegExp,
    place: TerminalPlace = 'editor',
    timeoutMs = patience,
  ): Promise<string> {
    return await this.waitFor(
      async () => {
        const text = await this.terminalText(place);
        return wanted.test(text) ? text : undefined;
      },
      async () => `Expected a terminal with ${wanted}, saw:\n${await this.terminalText(place)}`,
      timeoutMs,
    );
  }

  typeIntoTerminal(text: string, place: TerminalPlace = 'editor'): Promise<void> {
    return typeIntoTerminal(this.page, text, place);
  }

  /** Titles of the open editor tabs. */
  async tabs(): Promise<string[]> {
    return await this.page.locator('.tabs-container .tab .label-name').allTextContents();
  }

  /** Texts of the notifications on the screen. */
  async notifications(): Promise<string[]> {
    return await this.page.locator('.notifications-toasts .notification-list-item-message').allTextContents();
  }

  async screenshot(name: string): Promise<string> {
    await mkdir(resultsFolder, { recursive: true });
    const path = join(resultsFolder, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  private async waitFor<T>(
    look: () => Promise<T | undefined>,
    explain: () => Promise<string>,
    timeoutMs: number,
  ): Promise<T> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (performance.now() > end) throw new Error(await explain());
      // The window gives no event for what it draws; look again after a frame or three.
      await this.page.evaluate('new Promise(drawn => setTimeout(() => requestAnimationFrame(drawn), 50))');
    }
  }
}

async function newPage({ browser, size = windowSize }: WorkbenchOptions): Promise<Page> {
  if ('newContext' in browser) return await browser.newPage({ viewport: size, reducedMotion: 'reduce' });
  // A browser with a profile begins with an empty page.
  return browser.pages().find(page => page.url() === 'about:blank') ?? (await browser.newPage());
}
