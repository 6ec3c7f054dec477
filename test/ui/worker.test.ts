import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { waitFor } from '../support/waitFor.ts';
import { makeDesk } from './desk.ts';
import { confirmDialog } from './dialog.ts';
import { eachOnTheLast } from './eachOnTheLast.ts';
import {
  chooseByTyping,
  commandByTyping,
  quickPlaceholder,
  quickTitle,
  typeAndAccept,
} from './quickInput.ts';
import { watchRow } from './rowWatch.ts';
import { showLogs } from './showLogs.ts';
import { spawnByKeyboard } from './spawnByKeyboard.ts';
import { transcriptOf } from './transcriptOf.ts';
import { untilTabsKept } from './untilTabsKept.ts';
import { untilTerminalHasKeys } from './untilTerminalHasKeys.ts';

eachOnTheLast();
const desk = await makeDesk();
const folder = await desk.folder('shop');
const window = await desk.open(folder);
const { page } = window;

const first = desk.script(
  'Create the settings page.',
  'think It needs a form.',
  'say The form comes first.',
  'remember settings',
  'gate form',
  'say The page is there.',
);
const second = desk.script('Now add a footer.', 'say What I still see of this session:', 'recall');
const third = desk.script('Look for dead links.', 'say I am looking.', 'gate never', 'say Never said.');
const fifth = desk.script('And the header.\nKeep it small.', 'say The header is small.', 'recall');
const fourth = desk.script('Only in the docs, please.', 'say One dead link in the docs.', 'recall');

test('Initialize Workspace makes a plain folder one of ours, and the welcome view gives way', async () => {
  await window.showView('AgentDock');
  const welcome = page.getByText('This folder has no');
  await welcome.waitFor();
  await commandByTyping(page, 'AgentDock: Initialize Workspace');
  await page.getByText('No threads yet').waitFor();
  assert.equal(await welcome.isVisible(), false);
  assert.ok(existsSync(join(folder, '.agentdock', 'agent.md')));
  assert.deepEqual(await window.notifications(), []);
});

test('Spawn Worker… by keyboard shows a live row and a terminal with the streamed transcript', async () => {
  const texts = await watchRow(window, 'settings page');
  await spawnByKeyboard(window, {
    provider: 'Codex',
    name: 'settings page',
    prompt: first,
    mode: 'Edit files',
  });
  // The model is held at its gate: what is here came while the turn was running.
  const streamed = await window.waitForTerminal(/I will remember settings\./);
  assert.match(
    streamed,
    /❯ Create the settings page\.(\n· Session .+)?\n\nIt needs a form\.\n\nThe form comes first\./,
  );
  assert.doesNotMatch(streamed, /The page is there|Completed/);
  await window.waitForRow(/^settings page {2}Codex · running · now$/);
  assert.deepEqual(await window.tabs(), ['settings page']);
  desk.models.gates.open('form');
  await window.waitForTerminal(/The page is there\.\n\n✓ Completed · /);
  await window.waitForRow(/^settings page {2}Codex · completed · now$/);
  const states = (await texts()).map(text => text.split(' · ')[1] ?? '');
  // Rows are drawn ten times a second: which of the short states they show is chance.
  const short = ['queued', 'preparing', 'starting'];
  assert.deepEqual(
    states.filter(state => !short.includes(state)),
    ['running', 'completed'],
    states.join(', '),
  );
});

test('a follow-up typed in the terminal is the next turn of the same session', async () => {
  await window.typeIntoTerminal(`${second}\n`);
  await window.waitForTerminal(
    /❯ Now add a footer\.[\s\S]*earlier prompts: 1;.*words: settings[\s\S]*Completed/,
  );
  const requests = desk.models.requests().filter(({ side, userTurns }) => !side && userTurns[0] === first);
  assert.deepEqual(requests.at(-1)?.userTurns, [first, second]);
  assert.equal(new Set(requests.map(({ sessionHint }) => sessionHint)).size, 1);
});

test('the inline Cancel asks, ends the turn, and the row says so', async () => {
  await spawnByKeyboard(window, {
    provider: 'Claude Code',
    name: 'dead links',
    prompt: third,
    mode: 'Read only',
  });
  await window.waitForTerminal(/I am looking\./);
  await window.waitForRow(/^dead links {2}Claude · running/);
  await window.clickRowAction('dead links', 'Cancel');
  await confirmDialog(page, 'Cancel “dead links”?', 'Cancel Thread');
  await window.waitForRow(/^dead links {2}Claude · cancelled/);
  const text = await window.waitForTerminal(/⊘ Cancelled/);
  assert.doesNotMatch(text, /Never said/);
  assert.deepEqual(
    (await window.rows()).map(row => row.replace(/ {2}.*/, '')),
    ['dead links', 'settings page'],
  );
});

test('Resume Worker… goes on in the session of the cancelled turn', async () => {
  await commandByTyping(page, 'AgentDock: Resume Worker…');
  await quickPlaceholder(page, 'Resume which thread?');
  await chooseByTyping(page, 'dead links');
  await quickTitle(page, 'Resume “dead links”');
  await typeAndAccept(page, fourth);
  await window.waitForRow(/^dead links {2}Claude · completed/);
  await window.waitForTerminal(
    /❯ Only in the docs, please\.[\s\S]*One dead link in the docs\.[\s\S]*Completed/,
  );
  await untilTerminalHasKeys(page);
  const requests = desk.models.requests().filter(({ side, userTurns }) => !side && userTurns[0] === third);
  assert.deepEqual([requests.at(-1)?.userTurns.at(0), requests.at(-1)?.userTurns.at(-1)], [third, fourth]);
});

test('the last step of Spawn Worker… says what a mode does at that agent, and Back loses nothing', async () => {
  await commandByTyping(page, 'AgentDock: Spawn Worker…');
  await quickTitle(page, 'Spawn Worker (1/5)');
  await chooseByTyping(page, 'Codex');
  await quickTitle(page, 'Spawn Worker (2/5)');
  await typeAndAccept(page, 'never spawned');
  await quickTitle(page, 'Spawn Worker (3/5)');
  await typeAndAccept(page, 'Half a prompt');
  await quickTitle(page, 'Spawn Worker (4/5)');
  const box = page.locator('.quick-input-widget:visible');
  await box.locator('.quick-input-titlebar .action-label[aria-label^="Back"]').click();
  await quickTitle(page, 'Spawn Worker (3/5)');
  assert.equal(await box.locator('input[type="text"]').inputValue(), 'Half a prompt');
  await typeAndAccept(page, ', and the rest');
  await quickTitle(page, 'Spawn Worker (4/5)');
  await box.locator('.monaco-list-row.focused').waitFor();
  await page.keyboard.press('Enter');
  await quickTitle(page, 'Spawn Worker (5/5)');
  const row = box.locator('.monaco-list-row', { hasText: 'Edit files' });
  await row.waitFor();
  assert.match((await row.textContent()) ?? '', /Files in the working folder .* whatever needs more asks\./);
  const isCut = await row
    .locator('.label-description, .quick-input-list-label-meta')
    .evaluateAll(parts => parts.some(part => part.scrollWidth > part.clientWidth));
  assert.equal(isCut, false);
  await page.keyboard.press('Escape');
  await box.waitFor({ state: 'hidden' });
  assert.deepEqual(await window.notifications(), []);
});

test('a prompt of several lines is written in an editor, and Ctrl+Enter sends it as it is', async () => {
  await commandByTyping(page, 'AgentDock: Resume Worker…');
  await chooseByTyping(page, 'settings page');
  await quickTitle(page, 'Resume “settings page”');
  await page.locator('.quick-input-widget:visible [aria-label^="Write the Prompt"]').click();
  await page.locator('.editor-instance .monaco-editor.focused').waitFor();
  await page.locator('.editor-instance .codelens-decoration', { hasText: 'Use as Prompt' }).waitFor();
  await page.keyboard.type(fifth);
  await page.keyboard.press('Control+Enter');
  await window.waitForTerminal(
    /❯ And the header\.\n {2}Keep it small\.[\s\S]*The header is small\.[\s\S]*Completed/,
  );
  await untilTerminalHasKeys(page);
  const sent = desk.models.requests().filter(({ side, userTurns }) => !side && userTurns[0] === first);
  assert.equal(sent.at(-1)?.userTurns.at(-1), fifth);
  assert.deepEqual(
    (await window.tabs()).filter(name => /Untitled/.test(name)),
    [],
  );
});

test('Open Terminal and Cancel of the palette ask for the thread', async () => {
  await spawnByKeyboard(window, { provider: 'Command', name: 'sleeper', prompt: 'sleep 600' });
  await commandByTyping(page, 'AgentDock: Open Terminal');
  await chooseByTyping(page, 'settings page');
  await window.waitForTerminal(/Now add a footer/);
  await untilTerminalHasKeys(page);
  await commandByTyping(page, 'AgentDock: Cancel');
  await chooseByTyping(page, 'sleeper');
  await confirmDialog(page, 'Cancel “sleeper”?', 'Cancel Thread');
  await window.waitForRow(/^sleeper {2}Command · cancelled/);
  for (const [name, icon] of [
    ['sleeper', 'circle-slash'],
    ['settings page', 'pass'],
  ] as const) {
    await window.row(name).locator(`.codicon-${icon}`).waitFor();
  }
});

test('a click on a row brings a closed terminal back with its whole transcript', async () => {
  await window.row('settings page').click();
  const before = transcriptOf(await window.waitForTerminal(/Now add a footer/));
  const tab = page.locator('.tabs-container .tab', { hasText: 'settings page' });
  await tab.locator('.action-label[aria-label^="Close"]').click();
  await tab.waitFor({ state: 'detached' });
  await window.row('settings page').click();
  const again = await window.waitForTerminal(/Now add a footer[\s\S]*Type a follow-up/);
  await untilTerminalHasKeys(page);
  assert.equal(transcriptOf(again), before);
});

test('Show Logs shows the log of the extension', async () => {
  await showLogs(window);
  assert.deepEqual(await window.notifications(), []);
});

test('a reload puts all terminals back into their groups, each with its tab on top', async () => {
  await window.row('settings page').click();
  await window.waitForTerminal(/Now add a footer/);
  await untilTerminalHasKeys(page);
  await commandByTyping(page, 'View: Move Editor into Right Group');
  await waitFor('the second group', async () => (await groups()).length === 2);
  const before = await groups();
  // VS Code writes down the groups themselves a moment after a change, too.
  await showLogs(window);
  await untilTabsKept(window, ...before.map(tabs => tabs.map(tab => tab.replace(/^\*/, ''))));
  await window.reload();
  await window.waitForRow(/^settings page {2}Codex · completed/);
  await waitFor('the terminals in their groups', async () => isDeepStrictEqual(await groups(), before), {
    timeoutMs: 30_000,
  }).catch(async () => assert.deepEqual(await groups(), before));
  await window.row('settings page').click();
  await window.waitForTerminal(/Now add a footer/);
});

/** The tabs of each editor group from left to right; the one on top has a star. */
function groups(): Promise<string[][]> {
  return page
    .locator('.editor-group-container')
    .evaluateAll(found =>
      found.map(group =>
        [...group.querySelectorAll('.tabs-container .tab')].map(
          tab =>
            `${tab.classList.contains('active') ? '*' : ''}${tab.querySelector('.label-name')?.textContent}`,
        ),
      ),
    );
}
