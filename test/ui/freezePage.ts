import type { Page } from 'playwright-core';

/** Stops all script of the page, as a debugger does: it reads and answers nothing any more. Returns what lets it go on. */
export async function freezePage(page: Page): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  const paused = new Promise(resolve => session.once('Debugger.paused', resolve));
  await session.send('Debugger.enable');
  await session.send('Debugger.pause');
  await paused;
  return async () => {
    await session.send('Debugger.resume');
    await session.detach();
  };
}
