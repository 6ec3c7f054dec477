import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Locator } from 'playwright-core';
import { initWorkspace } from '../../src/client/initWorkspace.ts';
import { startTimeOf } from '../../src/providers/process/processTable.ts';
import { isGone } from '../host/processes.ts';
import type { Workbench } from '../rigs/workbench.ts';
import { makeDesk } from './desk.ts';
import { eachOnTheLast } from './eachOnTheLast.ts';
import { hostPids } from './hostPids.ts';
import { type LongTurn, makeLongTurn, untilItemsShown, untilWhole } from './longTurn.ts';
import { spawnByKeyboard, type WorkerAnswers } from './spawnByKeyboard.ts';
import { transcriptOf } from './transcriptOf.ts';
import { untilTabsKept } from './untilTabsKept.ts';

eachOnTheLast();
const desk = await makeDesk();
const folder = await desk.folder('stock');
await initWorkspace(folder);
let window = await desk.open(folder);
await window.showView('AgentDock');
await window.page.getByText('No threads yet').waitFor();
const shelves = 'stock list';
const cellar = 'cellar list';

test('a reload and a closed browser in mid-turn bring tree and terminal back, and the turn goes on live in two windows', async () => {
  const turn = await midTurn(shelves, 'Claude Code', 'Count the stock.');
  const before = await untilItemsShown(window);
  const tool = await toolOf(turn);

  await untilTabsKept(window, [shelves]);
  await window.reload();
  await untilBack(window, before);
  await desk.closeBrowser();
  await tool.expectSame();
  const windows = [await openAgain(), await openAgain()] as const;
  const [one, two] = windows;
  await untilBack(one, before);
  await two.waitForRow(/^stock list {2}Claude · running/);
  await two.row(shelves).click();
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
  await two.close();
  window = one;
});

test('after SIGKILL of VS Code in mid-turn host and tool are the same processes, and what came while nobody looked is there', async () => {
  const turn = await midTurn(cellar, 'Codex', 'Count the cellar.');
  await window.waitForTerminal(/^❯ Count the cellar\./m);
  await untilItemsShown(window);
  const tool = await toolOf(turn);
  const hosts = await hostPids(folder);
  assert.equal(hosts.length, 1);

  await untilTabsKept(window, [shelves, cellar]);
  const { pid } = desk.server;
  await desk.killServer();
  assert.ok(await isGone(pid));
  await desk.closeBrowser();
  await tool.expectSame();
  assert.deepEqual(await hostPids(folder), hosts);
  turn.endTool();
  await turn.untilCounted();
  const again = await openAgain();
  await again.waitForRow(/^cellar list {2}Codex · running/);
  await tabIn(again, cellar).waitFor();
  assert.deepEqual(await again.tabs(), [shelves, cellar]);
  await again.waitForTerminal(/Item 60 [\s\S]*The count is done\.$/);
  turn.endTurn();
  await untilWhole(again);
  await again.waitForRow(/^cellar list {2}Codex · completed/);
  assert.deepEqual(await hostPids(folder), hosts);
  await again.close();
});

/** The tree says that the worker runs, and its terminal is there again with what it showed. */
async function untilBack(window: Workbench, shown: string): Promise<void> {
  await window.waitForRow(/^stock list {2}Claude · running/);
  await tabIn(window, shelves).waitFor();
  assert.deepEqual(await window.tabs(), [shelves]);
  assert.equal(await untilItemsShown(window), shown);
}

/** A worker of this window in the middle of a long turn. */
async function midTurn(name: string, provider: WorkerAnswers['provider'], prompt: string): Promise<LongTurn> {
  const turn = makeLongTurn(desk, folder, prompt.replaceAll(/\W/g, ''), prompt);
  // Nobody could be asked whether the tool may run.
  await spawnByKeyboard(window, { provider, name, prompt: turn.prompt, mode: 'Full access' });
  return turn;
}

/** VS Code brings the tabs back in its own time, beside our tree. */
function tabIn({ page }: Workbench, name: string): Locator {
  return page.locator('.tabs-container .tab', { hasText: name });
}

/** VS Code brings the last side bar back only after a reload; in a new window it shows the files. */
async function openAgain(): Promise<Workbench> {
  const again = await desk.open(folder);
  await again.showView('AgentDock');
  return again;
}

async function toolOf(turn: LongTurn): Promise<{ expectSame(): Promise<void> }> {
  const pid = await turn.toolPid();
  const started = await startTimeOf(pid);
  assert.ok(started, 'the tool runs');
  return { expectSame: async () => assert.equal(await startTimeOf(pid), started, 'it is the same process') };
}
