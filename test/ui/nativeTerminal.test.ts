import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initWorkspace } from '../../src/client/initWorkspace.ts';
import { makeDesk } from './desk.ts';
import { chooseByTyping, commandByTyping, quickPlaceholder } from './quickInput.ts';
import { spawnByKeyboard } from './spawnByKeyboard.ts';
import { untilTabsKept } from './untilTabsKept.ts';

const desk = await makeDesk();
const folder = await desk.folder('native');
await initWorkspace(folder);
const window = await desk.open(folder);
await window.showView('AgentDock');
await window.page.getByText('No threads yet').waitFor();

/** The record says the same, below the thread's name. */
const onItsScreen = /^(?!release\n)[\s\S]*is it done[\s\S]*Not before tomorrow\./;

async function openNative(name: string): Promise<void> {
  await commandByTyping(window.page, 'AgentDock: Switch to Native Terminal');
  await quickPlaceholder(window.page, 'Open which thread in its own terminal?');
  await chooseByTyping(window.page, name);
}

test('a master goes on in its own terminal, in a tab that can be closed and opened again, and comes back', async () => {
  const goal = desk.script('Plan the release.', 'say I have a plan.');
  await spawnByKeyboard(window, {
    ...{ role: 'master', provider: 'Claude Code', name: 'release', prompt: goal, mode: 'Ask first' },
  });
  await window.waitForRow(/^release {2}Claude master · idle/);
  await openNative('release');
  await window.waitForRow(/^release {2}Claude master · running/);
  await window.waitForTerminal(/Plan the release\.[\s\S]*I have a plan\./);

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
  await openNative('release');
  await tab.waitFor();
  await window.waitForTerminal(onItsScreen);

  // A reload brings the tab back with its screen, and the keys go on to the same program.
  await untilTabsKept(window, ['release', 'release (Claude Code)']);
  await window.reload();
  await window.waitForRow(/^release {2}Claude master · running/);
  await tab.waitFor();
  assert.deepEqual(await window.tabs(), ['release', 'release (Claude Code)']);
  await window.waitForTerminal(onItsScreen);

  // The record says it too, in words.
  await window.row('release').click();
  await window.waitForTerminal(/In its own terminal[\s\S]*is it done[\s\S]*Not before tomorrow\./);

  await openNative('release');
  await window.typeIntoTerminal('/exit');
  await window.waitForTerminal(/\/exit/);
  await window.page.keyboard.press('Enter');
  await tab.waitFor({ state: 'detached' });
  await window.waitForRow(/^release {2}Claude master · idle/);
});
