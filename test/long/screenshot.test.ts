import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { initWorkspace } from '../../src/client/initWorkspace.ts';
import { projectRoot, resultsFolder } from '../rigs/projectRoot.ts';
import { makeDesk } from '../ui/desk.ts';
import { spawnByKeyboard } from '../ui/spawnByKeyboard.ts';

const size = { width: 1180, height: 760 };
const scale = 2;

const desk = await makeDesk({
  size,
  scale,
  settings: {
    'workbench.colorTheme': 'Default Dark Modern',
    'workbench.layoutControl.enabled': false,
    'workbench.statusBar.visible': false,
    'workbench.editor.editorActionsLocation': 'hidden',
    'window.menuBarVisibility': 'hidden',
    'remote.autoForwardPorts': false,
  },
});

const payment = `export async function pay(order) {
  const answer = await fetch('https://payments.example/charge', {
    method: 'POST',
    body: JSON.stringify(order),
    signal: AbortSignal.timeout(500),
  });
  if (!answer.ok) throw new Error('The payment failed.');
}
`;

const server = `import { createServer } from 'node:http';

createServer((request, response) => response.end('shop')).listen(0, '127.0.0.1');
`;

const docs = desk.script(
  'Describe the checkout API in docs/checkout.md.',
  'write docs/checkout.md # Checkout\\n\\n`pay(order)` sends the order to the payment service.\\n',
  'say The two calls of the checkout are described, with an example each.',
);
const formTests = desk.script(
  'Test that no field can be left empty.',
  'write test/settings.test.js import { fields } from "../src/settings.js";\\n',
  'say Both fields are covered.',
);
const settings = desk.script(
  'Add a page where people change their name and mail address, and have it tested.',
  'write src/settings.js export const fields = ["name", "mail"];\\n',
  `mcp agentdock spawn_thread ${JSON.stringify({
    provider: 'opencode',
    task_name: 'form tests',
    permission_mode: 'edit',
    prompt: formTests,
  })}`,
  'say The page is in `src/settings.js`; a worker of its own tests the form.',
);
const release = desk.script('Publish version 2 once its tests pass.', 'shell npm publish', 'say It is out.');
const search = desk.script(
  'Make the product search forgive typos.',
  'error 400 Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
);
// Commands that end at once on the slowest machine: Codex lets its model go on without one that takes ten seconds.
const checkout = desk.script(
  'The checkout gives up when payments are slow. Find out why and add retries.',
  'think The error comes from the payment client. I look there first.',
  'shell grep -n "timeout\\|retry" src/payment.js',
  'say `pay` takes a slow answer for a failure, and nothing tries again.',
  'write src/retry.js export async function retry(work, times = 3) {\\n  for (let left = times; ; left--) {\\n    try {\\n      return await work();\\n    } catch (error) {\\n      if (left <= 1) throw error;\\n    }\\n  }\\n}\\n',
  'write test/retry.test.js import assert from "node:assert";\\nimport { test } from "node:test";\\nimport { retry } from "../src/retry.js";\\n\\nconst failing = count => () => (count-- > 0 ? Promise.reject(Error("late")) : "paid");\\n\\ntest("a slow payment is tried again", async () => {\\n  assert.equal(await retry(failing(2)), "paid");\\n});\\ntest("the third failure is the caller\'s to know", async () => {\\n  await assert.rejects(retry(failing(3)));\\n});\\n',
  'shell grep -n "slow\\|third" test/retry.test.js',
  'say Payments go through `retry` now: three tries, and two tests that hold it.',
);
const pause = desk.script(
  'Wait a little longer before each try.',
  'think Doubling the pause each time is kind to a service that is down.',
  'shell grep -n "await work" src/retry.js',
  'say Each try now waits twice as long as the one before, beginning with 200 ms.',
  'gate picture',
  'say Done.',
);

test('a fleet of three providers, as the picture in the README shows it', async () => {
  const folder = await desk.folder('webshop');
  await mkdir(join(folder, 'src'));
  await writeFile(join(folder, 'src', 'payment.js'), payment);
  await writeFile(join(folder, 'src', 'server.js'), server);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await initWorkspace(folder);
  const window = await desk.open(folder);
  await window.showView('AgentDock');
  await window.page.getByText('No threads yet').waitFor();
  await widenSideBar(window.page, 75);
  // One after the other: so many agents that start at once are each other's slow machine.
  const mode = 'Edit files';
  const command = 'node --watch src/server.js';
  await spawnByKeyboard(window, { provider: 'Command', name: 'dev server', prompt: command });
  await window.waitForRow(/^dev server {2}Command · running/);
  await spawnByKeyboard(window, { provider: 'OpenCode', name: 'checkout docs', prompt: docs, mode });
  await window.waitForRow(/^checkout docs {2}OpenCode · completed/);
  await spawnByKeyboard(window, {
    provider: 'Claude Code',
    name: 'settings page',
    prompt: settings,
    role: 'master',
    mode,
  });
  await window.waitForRow(/^ {2}form tests {2}OpenCode · completed/);
  // It hears of the result, and rests then.
  await desk.models.request(
    ({ userTurns, ending }) => userTurns.at(-1)?.startsWith('AgentDock:') === true && ending !== undefined,
  );
  await window.waitForRow(/^settings page {2}Claude master · idle/);
  // While its own terminal is in front no notification is needed.
  const asks = { provider: 'Claude Code', name: 'release', prompt: release, mode: 'Ask first' } as const;
  await spawnByKeyboard(window, asks);
  await window.waitForRow(/^release {2}npm publish/);
  await spawnByKeyboard(window, { provider: 'Claude Code', name: 'search', prompt: search, mode });
  await window.waitForRow(/^search {2}Claude · failed · quota_exceeded/);
  await spawnByKeyboard(window, { provider: 'Codex', name: 'payment retries', prompt: checkout, mode });
  await window.waitForTerminal(/two tests that hold it\.\n\n✓ Completed/);
  // Before that a prompt would be one for after the turn, and shown as such.
  await window.waitForRow(/^payment retries {2}Codex · completed/);
  await window.typeIntoTerminal(`${pause}\n`);
  const text = await window.waitForTerminal(/beginning with 200 ms\.$/);
  await window.waitForRow(/^payment retries {2}Codex · running/);
  assert.doesNotMatch(text, /<<script/);
  assert.match(text, / {4}\+ src\/retry\.js\n/);
  assert.match(text, /│ 7:test\("a slow payment/);
  assert.deepEqual(
    (await window.rows()).map(row => row.replace(/(?<=\S) {2}.*/, '')),
    ['payment retries', 'search', 'release', 'settings page', '  form tests', 'checkout docs', 'dev server'],
  );
  assert.deepEqual(await window.notifications(), []);
  await window.page.mouse.move(900, 600);
  const shot = await window.page.screenshot({ path: await picturePath() });
  // Width and height stand at the beginning of a PNG.
  assert.deepEqual([shot.readUInt32BE(16), shot.readUInt32BE(20)], [size.width * scale, size.height * scale]);
  assert.ok(shot.length > 50_000, 'a window with text is more than an empty one');
});

/** Room for the longest of the descriptions. */
async function widenSideBar(page: Page, by: number): Promise<void> {
  const box = await page.locator('.part.sidebar').boundingBox();
  assert.ok(box);
  const [x, y] = [box.x + box.width, box.y + box.height / 3];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + by, y, { steps: 5 });
  await page.mouse.up();
  await page.waitForFunction(
    `document.querySelector('.part.sidebar').getBoundingClientRect().width >= ${box.width + by - 5}`,
  );
}

/** The README's picture only changes when that is asked for: every run would make another one. */
async function picturePath(): Promise<string> {
  if (process.env['UPDATE_SCREENSHOTS'] === '1') return join(projectRoot, 'media', 'screenshot.png');
  await mkdir(resultsFolder, { recursive: true });
  return join(resultsFolder, 'screenshot.png');
}
