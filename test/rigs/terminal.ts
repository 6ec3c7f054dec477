import type { Page } from 'playwright-core';

export type TerminalPlace = 'editor' | 'panel';

/** Selectors of the elements that hold the xterm objects. */
export const terminalWrappers: Readonly<Record<TerminalPlace, string>> = {
  editor: '.editor-instance .terminal-wrapper.active',
  panel: '#terminal .terminal-wrapper.active',
};

/** VS Code keeps the xterm on the wrapper element; its buffer holds the scrollback too. */
export async function readTerminal(page: Page, place: TerminalPlace): Promise<string> {
  return await page.evaluate<string>(`(() => {
    const found = [...document.querySelectorAll('${terminalWrappers[place]}')].filter(one => one.xterm && one.offsetParent);
    const active = found.find(one => one.closest('.editor-group-container.active')) ?? found[0];
    if (!active) return '';
    const buffer = active.xterm.buffer.active;
    let text = '';
    for (let row = 0; row < buffer.length; row++) {
      const line = buffer.getLine(row);
      const continued = buffer.getLine(row + 1)?.isWrapped ?? false;
      text += line.translateToString(!continued) + (continued ? '' : '\\n');
    }
    return text.trimEnd();
  })()`);
}

/** `\n` presses Enter. */
export async function typeIntoTerminal(page: Page, text: string, place: TerminalPlace): Promise<void> {
  await page.locator(`${terminalWrappers[place]} .xterm-screen`).last().click();
  await page.keyboard.type(text);
}
