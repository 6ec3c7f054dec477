import type { Page } from 'playwright-core';
import { type TerminalPlace, terminalWrappers } from '../rigs/terminal.ts';

/**
 * Measured inside the page: milliseconds from the next key to the moment the line stands at the end of the buffer of
 * the terminal in front.
 */
export async function untilLineShown(
  page: Page,
  place: TerminalPlace,
  line: string,
): Promise<() => Promise<number>> {
  await page.evaluate(`void (window.lineShown = new Promise(shown => {
    const xterm = [...document.querySelectorAll('${terminalWrappers[place]}')].find(one => one.xterm && one.offsetParent).xterm;
    addEventListener('keydown', ({ timeStamp }) => {
      const look = () => {
        const buffer = xterm.buffer.active;
        for (let row = buffer.length - 1; row >= Math.max(0, buffer.length - 60); row--) {
          if (buffer.getLine(row)?.translateToString(true) === '${line}') return shown(performance.now() - timeStamp);
        }
        setTimeout(look, 5);
      };
      look();
    }, { capture: true, once: true });
  }))`);
  return () => page.evaluate<number>('window.lineShown');
}
