import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { initWorkspace } from '../../src/client/initWorkspace.ts';
import type { Workbench } from '../rigs/workbench.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeDesk } from './desk.ts';
import { eachOnTheLast } from './eachOnTheLast.ts';
import { freezePage } from './freezePage.ts';
import { chooseByTyping, commandByTyping, quickPlaceholder } from './quickInput.ts';
import { spawnByKeyboard } from './spawnByKeyboard.ts';
import { untilTabsKept } from './untilTabsKept.ts';
import { untilTerminalHasKeys } from './untilTerminalHasKeys.ts';

/** The record says the same, below the thread's name. */
const onItsScreen = /^(?!release\n)[\s\S]*is it done[\s\S]*Not before tomorrow\./;

eachOnTheLast();
const desk = await makeDesk();
const folder = await desk.folder('programs');
await initWorkspace(folder);
let window = await desk.open(folder);
await window.showView('AgentDock');
await window.page.getByText('No threads yet').waitFor();

test('a program gets the keys of its terminal: what is typed, and Ctrl+C', async () => {
  const prompt =
    "trap 'echo; echo stopping; exit 3' INT; read -r word; echo heard $word; while :; do sleep 0.1; done";
  await spawnByKeyboard(window, { provider: 'Command', name: 'talk', prompt });
  await window.waitForRow(/^talk {2}Command · running/);
  await window.typeIntoTerminal('hello\n');
  await window.waitForTerminal(/^heard hello$/m);
  await window.page.keyboard.press('Control+c');
  const text = await window.waitForTerminal(/^stopping\n\n✗ Failed/m);
  assert.match(text, /exit/i);
  await window.waitForRow(/^talk {2}Command · failed/);
});

test('the terminal of a program that printed 200,000 lines ends with the last of them', async () => {
  // Begins at an Enter: its terminal is known by a header that so many lines push out of the scrollback.
  await spawnByKeyboard(window, { provider: 'Command', name: 'count', prompt: 'read -r go; seq 1 200000' });
  await window.waitForRow(/^count {2}Command · running/);
  await window.typeIntoTerminal('\n');
  const text = await window.waitForTerminal(/^200000\n\n✓ Completed/m);
  const shown = text.split('\n').filter(line => /^\d+$/.test(line));
  const first = Number(shown[0]);
  assert.ok(shown.length >= 1000, `${shown.length} lines`);
  // As many as are kept, all of them in order, none missing.
  assert.deepEqual(
    shown,
    Array.from({ length: 200_001 - first }, (_, index) => String(first + index)),
  );
  await window.waitForRow(/^count {2}Command · completed/);
});

test('a window that stands still holds no program back, and shows the end once it moves again', async () => {
  const flood = await startFlood('frozen');
  const thaw = await freezePage(window.page);
  await flood.run();
  await thaw();
  await window.waitForTerminal(/^the last line\n\n✓ Completed/m);
  await window.waitForRow(/^frozen {2}Command · completed/);
});

test('a window that is closed holds no program back, and the next one shows the end', async () => {
  const flood = await startFlood('closed');
  await desk.closeBrowser();
  await flood.run();
  window = await desk.open(folder);
  await window.showView('AgentDock');
  await window.waitForRow(/^closed {2}Command · completed/);
  await window.row('closed').click();
  await window.waitForTerminal(/^the last line\n\n✓ Completed/m);
});

test('a master goes on in its own terminal, in a tab that can be closed and opened again, and comes back', async () => {
  // The master's tabs are to be the only ones.
  await window.runCommand('View: Close All Editors');
  const goal = desk.script('Plan the release.', 'say I have a plan.');
  await spawnByKeyboard(window, {
    ...{ role: 'master', provider: 'Claude Code', name: 'release', prompt: goal, mode: 'Ask first' },
  });
  await window.waitForRow(/^release {2}Claude master · idle/);
  await openNative(window, 'release');
  await window.waitForRow(/^release {2}Claude master · in its own terminal/);
  await window.row('release').locator('.codicon-terminal').first().waitFor();
  await window.waitForTerminal(/^(?!release\n)[\s\S]*Plan the release\.[\s\S]*I have a plan\./);
  await untilTerminalHasKeys(window.page);
  await window.screenshot('programs-native');

  const question = desk.script('is it done', 'say Not before tomorrow.');
  await window.typeIntoTerminal(question);
  await window.waitForTerminal(/is it done/);
  await window.page.keyboard.press('Enter');
  await window.waitForTerminal(/Not before tomorrow\./);

  // Closing the tab only detaches.
  const tab = window.page.locator('.tabs-container .tab', { hasText: 'Claude Code' });
  await tab.waitFor();
  await window.runCommand('View: Close Editor');
  await tab.waitFor({ state: 'detached' });
  await untilTabsKept(window, ['release']);
  await openNative(window, 'release');
  await tab.waitFor();
  await window.waitForTerminal(onItsScreen);

  // A reload brings the tab back with its screen, and the keys go on to the same program.
  await untilTabsKept(window, ['release', 'release (Claude Code)']);
  await window.reload();
  await window.waitForRow(/^release {2}Claude master · in its own terminal/);
  await tab.waitFor();
  assert.deepEqual(await window.tabs(), ['release', 'release (Claude Code)']);
  await window.waitForTerminal(onItsScreen);

  // The record says it too, in words.
  await window.row('release').click();
  await window.waitForTerminal(/In its own terminal[\s\S]*is it done[\s\S]*Not before tomorrow\./);

  // The keys are for the program, not for the record that is in front until its tab is.
  await openNative(window, 'release');
  await window.waitForTerminal(onItsScreen);
  await untilTerminalHasKeys(window.page);
  await window.typeIntoTerminal('/exit');
  await window.waitForTerminal(/\/exit/);
  await window.page.keyboard.press('Enter');
  await tab.waitFor({ state: 'detached' });
  await window.waitForRow(/^release {2}Claude master · idle/);
});

/** A program that waits for `run`, then prints 20 MB and writes a file; `run` resolves when that file is there. */
async function startFlood(name: string): Promise<{ run(): Promise<void> }> {
  const [go, ended] = [join(folder, `${name}.go`), join(folder, `${name}.ended`)];
  const prompt = `echo ready; until test -e ${name}.go; do sleep 0.1; done; yes | head -c 20000000; echo the last line; touch ${name}.ended`;
  await spawnByKeyboard(window, { provider: 'Command', name, prompt });
  await window.waitForTerminal(/^ready$/m);
  return {
    run: async () => {
      assert.equal(existsSync(ended), false);
      await writeFile(go, '');
      await waitFor('the program to end', () => existsSync(ended), { timeoutMs: 120_000 });
    },
  };
}

async function openNative({ page }: Workbench, name: string): Promise<void> {
  await commandByTyping(page, 'AgentDock: Switch to Native Terminal');
  await quickPlaceholder(page, 'Open which thread in its own terminal?');
  await chooseByTyping(page, name);
}
