import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Locator } from 'playwright-core';
import { initWorkspace } from '../../src/client/initWorkspace.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeDesk } from './desk.ts';
import { eachOnTheLast } from './eachOnTheLast.ts';
import { hostPids } from './hostPids.ts';
import {
  chooseByTyping,
  commandByTyping,
  quickPlaceholder,
  quickTitle,
  typeAndAccept,
} from './quickInput.ts';
import { spawnByKeyboard } from './spawnByKeyboard.ts';
import { untilTerminalHasKeys } from './untilTerminalHasKeys.ts';

eachOnTheLast();
const desk = await makeDesk({ settings: { 'agentdock.confirmFull': false } });
const folder = await desk.folder('shop');
await initWorkspace(folder);
const window = await desk.open(folder);
const { page } = window;
await window.showView('AgentDock');
await page.getByText('No threads yet').waitFor();

const icon = page.locator('.activitybar .action-item:has(.action-label[aria-label^="AgentDock"])');
const mode = 'Ask first';
const provider = 'Claude Code';
const release = desk.script(
  'Release the shop.',
  'say All tests pass. I tag the release now.',
  'shell touch released.txt',
  'say Version 2.0 is out.',
);
const deploy = desk.script(
  'Deploy the shop.',
  'say I look at the server first.',
  'gate server',
  'shell touch deployed.txt',
  'report',
);
const pack = desk.script('Pack the shop.', 'shell touch packed.txt', 'say Packed.');
const packAgain = desk.script('Pack it again.', 'shell touch packed.txt', 'report');
const check = desk.script('Check the shop.', 'gate stock', 'error 400 The stock is too long for me.');
const count = desk.script('Count the shop.', 'say I count.', 'gate count', 'say 12.');
const goal = desk.script('Bring the shop to version 3.', 'say I have a plan.');

test('a worker that needs a permission waits, shows what it wants, and does it only once that is allowed', async () => {
  const released = join(folder, 'released.txt');
  await spawnByKeyboard(window, { provider, name: 'release', prompt: release, mode });
  const asked = await window.waitForTerminal(/❯ Type y to allow/);
  assert.match(
    asked,
    /I tag the release now\.\n[\s\S]*◆ Claude Code wants to use Bash\n {2}│ touch released\.txt/,
  );
  await window.waitForRow(/^release {2}touch released\.txt · Claude · needs permission/);
  await window.row('release').locator('.codicon-shield').waitFor();
  assert.equal(await badge(), '1');
  await window.screenshot('answers-waiting');
  await page.keyboard.type('y');
  await window.waitForTerminal(/❯ y$/);
  assert.equal(existsSync(released), false);
  await page.keyboard.press('Enter');
  await window.waitForTerminal(/└ ✓ Allowed once by you\n[\s\S]*Version 2\.0 is out\.\n\n✓ Completed/);
  assert.ok(existsSync(released));
  await window.waitForRow(/^release {2}Claude · completed/);
  await icon.locator('.badge-content').waitFor({ state: 'hidden' });
  // It was asked in the terminal that the person looked at.
  assert.deepEqual(await window.notifications(), []);
});

test('a notification tells of a thread that nobody looks at; Deny… in its list gives the agent the reason', async () => {
  await spawnByKeyboard(window, { provider, name: 'deploy', prompt: deploy, mode });
  await window.waitForTerminal(/I look at the server first\./);
  await window.row('release').click();
  await window.waitForTerminal(/Version 2\.0 is out\./);
  await untilTerminalHasKeys(page);
  desk.models.gates.open('server');
  const toast = toastOf('“deploy” needs your permission: touch deployed.txt');
  await toast.waitFor();
  await window.screenshot('answers-notification');
  await toast.getByRole('button', { name: 'Answer', exact: true }).click();
  await quickTitle(page, '“deploy” wants to use Bash');
  const box = page.locator('.quick-input-widget:visible');
  // Enter alone looks at what is wanted.
  await box.locator('.monaco-list-row.focused .label-name', { hasText: 'touch deployed.txt' }).waitFor();
  await window.screenshot('answers-quick-pick');
  await chooseByTyping(page, 'Deny…');
  await page.locator('.quick-input-message', { hasText: 'Why not?' }).waitFor();
  await typeAndAccept(page, 'Not on a Friday.');
  await window.waitForRow(/^deploy {2}Claude · completed/);
  await window.row('deploy').click();
  const text = await window.waitForTerminal(/└ ✗ Denied by you\n {4}Not on a Friday\.\n[\s\S]*✓ Completed/);
  await untilTerminalHasKeys(page);
  // The model says what it was told.
  assert.match(text, /✗ Denied by you[\s\S]*Not on a Friday\.[\s\S]*Not on a Friday\./);
  assert.equal(existsSync(join(folder, 'deployed.txt')), false);
});

test('what was allowed for a thread is asked for again after Forget Permissions…', async () => {
  await spawnByKeyboard(window, { provider, name: 'pack', prompt: pack, mode });
  await window.waitForTerminal(/❯ Type y to allow once, a in this thread/);
  await window.typeIntoTerminal('a\n');
  await window.waitForTerminal(/Packed\.\n\n✓ Completed/);
  await commandByTyping(page, 'AgentDock: Forget Permissions…');
  await quickPlaceholder(page, 'Forget the permissions of which thread?');
  await window.screenshot('answers-forget-thread');
  await chooseByTyping(page, 'pack');
  await quickTitle(page, 'Forget permissions of “pack”');
  await window.screenshot('answers-forget-rule');
  await page.keyboard.press('Enter');
  await dismiss('“pack” asks again for:');
  await untilTerminalHasKeys(page);
  await window.typeIntoTerminal(`${packAgain}\n`);
  await window.waitForRow(/^pack {2}touch packed\.txt · Claude · needs permission/);
  await window.typeIntoTerminal('n Enough.\n');
  await window.waitForTerminal(/✗ Denied by you[\s\S]*Enough\.[\s\S]*Enough\.[\s\S]*✓ Completed/);
});

test('a thread that fails while nobody looks is told of, counted, and a click away', async () => {
  await spawnByKeyboard(window, { provider, name: 'check', prompt: check, mode });
  await desk.models.gates.arrival('stock');
  await window.row('pack').click();
  await window.waitForTerminal(/Packed\./);
  desk.models.gates.open('stock');
  const toast = toastOf('“check” has failed: ');
  await toast.waitFor();
  await window.waitForRow(/^check {2}Claude · failed/);
  assert.equal(await badge(), '1');
  await window.screenshot('answers-failed');
  await toast.getByRole('button', { name: 'Open Terminal', exact: true }).click();
  await window.waitForTerminal(/Check the shop\.[\s\S]*✗ Failed[\s\S]*The stock is too long for me\./);
  await icon.locator('.badge-content').waitFor({ state: 'hidden' });
});

test('a setting that is changed while a thread works counts once its host has restarted, when it is idle', async () => {
  await spawnByKeyboard(window, { provider, name: 'count', prompt: count, mode });
  await window.waitForTerminal(/I count\./);
  const [first] = await hostPids(folder);
  await desk.changeSettings({ 'agentdock.maxRunning': 3 });
  const toast = toastOf('Threads are at work.');
  await toast.waitFor();
  await window.screenshot('answers-settings');
  await toast.getByRole('button', { name: 'Restart When Idle', exact: true }).click();
  await toast.waitFor({ state: 'detached' });
  assert.deepEqual(await hostPids(folder), [first]);
  desk.models.gates.open('count');
  await window.waitForTerminal(/12\.\n\n✓ Completed/);
  await waitFor('the next host', async () => {
    const pids = await hostPids(folder);
    return pids.length === 1 && pids[0] !== first;
  });
  await window.waitForRow(/^count {2}Claude · completed/);
});

test('Answer… without anything to answer says so', async () => {
  await commandByTyping(page, 'AgentDock: Answer…');
  await dismiss('Nothing waits for an answer.');
});

test('Start Master… takes a goal and offers no program; a message gives a master at rest its next turn', async () => {
  await commandByTyping(page, 'AgentDock: Start Master…');
  await quickTitle(page, 'Start Master (1/6)');
  const rows = page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row .label-name');
  await rows.getByText('Claude Code', { exact: true }).waitFor();
  assert.equal(await rows.filter({ hasText: 'Command' }).count(), 0);
  await page.keyboard.press('Escape');
  // The setting of this desk says that nobody confirms it.
  const full = { mode: 'Full access', isConfirmed: false } as const;
  await spawnByKeyboard(window, { role: 'master', provider, name: 'version 3', prompt: goal, ...full });
  await window.waitForTerminal(/I have a plan\.\n\n✓ Completed/);
  await window.waitForRow(/^version 3 {2}Claude master · idle/);
  await commandByTyping(page, 'AgentDock: Send Message…');
  await quickPlaceholder(page, 'Send a message to which thread?');
  await chooseByTyping(page, 'version 3');
  await quickTitle(page, 'Message to “version 3”');
  await typeAndAccept(page, 'Keep the old checkout.');
  await window.waitForTerminal(
    /↳ Message from you\n {2}Keep the old checkout\.\n\n❯ the message above\n[\s\S]*✓ Completed/,
  );
  const requests = desk.models.requests().filter(({ side, userTurns }) => !side && userTurns[0] === goal);
  assert.equal(requests.at(-1)?.userTurns.at(-1), 'Keep the old checkout.');
});

function toastOf(text: string): Locator {
  return page.locator('.notifications-toasts .notification-list-item', { hasText: text });
}

async function dismiss(text: string): Promise<void> {
  const toast = toastOf(text);
  await toast.waitFor();
  await toast.hover();
  await toast.locator('.action-label.codicon-notifications-clear').click();
  await toast.waitFor({ state: 'detached' });
}

/** The number on AgentDock's icon. */
async function badge(): Promise<string | null> {
  return icon.locator('.badge-content:visible').textContent();
}
