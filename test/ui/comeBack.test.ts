import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Locator } from 'playwright-core';
import { initWorkspace } from '../../src/client/initWorkspace.ts';
import { startTimeOf } from '../../src/providers/process/processTable.ts';
import { isGone } from '../host/processes.ts';
import type { Workbench } from '../rigs/workbench.ts';
import { makeDesk } from './desk.ts';
import { hostPids } from './hostPids.ts';
import { type LongTurn, makeLongTurn, untilItemsShown, untilWhole } from './longTurn.ts';
import { spawnByKeyboard, type WorkerAnswers } from './spawnByKeyboard.ts';
import { transcriptOf } from './transcriptOf.ts';
import { untilTabsKept } from './untilTabsKept.ts';

const desk = await makeDesk();
const name = 'stock list';

test('a reload and a closed browser in mid-turn bring tree and terminal back, and the turn goes on live in two windows', async () => {
  const { folder, window, turn } = await midTurn('Claude Code', 'Count the stock.');
  const before = await untilItemsShown(window);
  const tool = await toolOf(turn);

  await untilTabsKept(window, [name]);
  await window.reload();
  await untilBack(window, before);
  await desk.closeBrowser();
  await tool.expectSame();
  const windows = [await openAgain(folder), await openAgain(folder)] as const;
  const [one, two] = windows;
  await untilBack(one, before);
  await two.waitForRow(/^stock list {2}Claude · running/);
  await two.row(name).click();
  await untilItemsShown(two);
  await tool.expectSame();
  turn.endTool();
  await one.waitForTerminal(/The count is done\.$/);
  await one.waitForRow(/^stock list {2}Claude · running/);
  turn.endTurn();
  const texts = [await untilWhole(one), await untilWhole(two)];
  assert.equal(texts[0], texts[1]);
  await one.waitForRow(/^stock list {2}Claude · completed/);
  assert.deepEqual(await one.notifications(), []);

  const next = desk.script('And the roof?', 'say Nothing is on the roof.', 'recall');
  await two.typeIntoTerminal(`${next}\n`);
  const shown = /❯ And the roof\?\n[\s\S]*Nothing is on the roof\.\nearlier prompts: 1;[\s\S]*✓ Completed/;
  const both = [await one.waitForTerminal(shown), await two.waitForTerminal(shown)].map(transcriptOf);
  assert.equal(both[0], both[1]);
  for (const each of windows) await each.waitForRow(/^stock list {2}Claude · completed/);
  assert.equal((await hostPids(folder)).length, 1);
  for (const each of windows) await each.close();
});

test('after SIGKILL of VS Code in mid-turn host and tool are the same processes, and what came while nobody looked is there', async () => {
  const { folder, window, turn } = await midTurn('Codex', 'Count the cellar.');
  await untilItemsShown(window);
  const tool = await toolOf(turn);
  const hosts = await hostPids(folder);
  assert.equal(hosts.length, 1);

  await untilTabsKept(window, [name]);
  const { pid } = desk.server;
  await desk.killServer();
  assert.ok(await isGone(pid));
  await desk.closeBrowser();
  await tool.expectSame();
  assert.deepEqual(await hostPids(folder), hosts);
  turn.endTool();
  await turn.untilCounted();
  const again = await openAgain(folder);
  await again.waitForRow(/^stock list {2}Codex · running/);
  await tabIn(again).waitFor();
  assert.deepEqual(await again.tabs(), [name]);
  await again.waitForTerminal(/Item 60 [\s\S]*The count is done\.$/);
  turn.endTurn();
  await untilWhole(again);
  await again.waitForRow(/^stock list {2}Codex · completed/);
  assert.deepEqual(await hostPids(folder), hosts);
  await again.close();
});

/** The tree says that the worker runs, and its terminal is there again with what it showed. */
async function untilBack(window: Workbench, shown: string): Promise<void> {
  await window.waitForRow(/^stock list {2}Claude · running/);
  await tabIn(window).waitFor();
  assert.deepEqual(await window.tabs(), [name]);
  assert.equal(await untilItemsShown(window), shown);
}

/** A window on a fresh workspace whose only worker is in the middle of a long turn. */
async function midTurn(
  provider: WorkerAnswers['provider'],
  prompt: string,
): Promise<{ folder: string; window: Workbench; turn: LongTurn }> {
  const folder = await desk.folder('stock');
  await initWorkspace(folder);
  const turn = makeLongTurn(desk, folder, prompt);
  const window = await desk.open(folder);
  await window.showView('AgentDock');
  await window.page.getByText('No threads yet').waitFor();
  // Nobody could be asked whether the tool may run.
  await spawnByKeyboard(window, { provider, name, prompt: turn.prompt, mode: 'Full access' });
  return { folder, window, turn };
}

/** VS Code brings the tabs back in its own time, beside our tree. */
function tabIn({ page }: Workbench): Locator {
  return page.locator('.tabs-container .tab', { hasText: name });
}

/** VS Code brings the last side bar back only after a reload; in a new window it shows the files. */
async function openAgain(folder: string): Promise<Workbench> {
  const window = await desk.open(folder);
  await window.showView('AgentDock');
  return window;
}

async function toolOf(turn: LongTurn): Promise<{ expectSame(): Promise<void> }> {
  const pid = await turn.toolPid();
  const started = await startTimeOf(pid);
  assert.ok(started, 'the tool runs');
  return { expectSame: async () => assert.equal(await startTimeOf(pid), started, 'it is the same process') };
}
