import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { initWorkspace } from '../../src/client/initWorkspace.ts';
import { installClis } from '../clis/installClis.ts';
import { isGone } from '../host/processes.ts';
import type { Workbench } from '../rigs/workbench.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeDesk } from './desk.ts';
import { hostPids } from './hostPids.ts';
import { showLogs } from './showLogs.ts';

// As on a fresh machine: no agent CLI, and VS Code asks whom to trust.
const desk = await makeDesk({ hasNoAgents: true, workspaceTrust: true });

test('without a folder the view says what AgentDock works in', async () => {
  const window = await desk.open();
  await window.showView('AgentDock');
  const text = await welcomeText(window, 'AgentDock works in a folder');
  assert.match(text, /Open Folder/);
  await window.close();
});

test('an untrusted workspace gets nothing started; trusting it is enough to begin, state that came with its clone is warned of once, and Look Again finds an agent that was installed since', async () => {
  const program = join(desk.home, 'codex');
  await desk.changeSettings({ 'agentdock.codexPath': program });
  const folder = await desk.folder('cloned');
  await initWorkspace(folder);
  const journal = join(folder, '.agentdock', 'state', 'journal');
  await mkdir(journal, { recursive: true });
  await writeFile(join(journal, '1.jsonl'), '{"type":"host.started","mac":"of somebody else"}\n');
  const window = await desk.open(folder);
  await window.showView('AgentDock');
  const text = await welcomeText(window, 'This workspace is not trusted');
  assert.doesNotMatch(text, /No threads yet|No agent was found/);
  // It is active, and has had its look at the folder.
  await showLogs(window);
  assert.deepEqual(await hostPids(folder), []);
  assert.equal(existsSync(join(folder, '.agentdock', 'state', 'host.json')), false);

  await trust(window);
  const warning = window.page.locator('.notifications-toasts .notification-list-item', {
    hasText: 'Damage in the saved state: journal/1.jsonl',
  });
  await warning.waitFor();
  assert.equal((await window.notifications()).length, 1);
  await warning.getByRole('button', { name: 'Show Logs' }).waitFor();
  await welcomeText(window, 'No agent was found on this machine');
  assert.equal((await hostPids(folder)).length, 1);

  await symlink((await installClis()).codex, program);
  await window.page.locator('.sidebar .welcome-view').getByText('Look Again').click();
  await welcomeText(window, 'No threads yet');
  await window.close();
  await rm(program);
});

test('a folder without .agentdock/ offers to make one, and an open window takes it in and lets it go', async () => {
  const folder = await desk.folder('plain');
  const window = await desk.open(folder);
  await window.showView('AgentDock');
  await trust(window);
  await welcomeText(window, 'This folder has no');
  assert.equal(existsSync(join(folder, '.agentdock')), false);
  await window.page.locator('.sidebar .welcome-view').getByText('Initialize Workspace').click();
  const text = await welcomeText(window, 'No agent was found on this machine');
  assert.match(text, /Codex, Claude Code or OpenCode/);
  assert.match(text, /Look Again/);
  assert.ok(existsSync(join(folder, '.agentdock', 'agent.md')));

  // A path that is set while the view says so is enough.
  await desk.changeSettings({ 'agentdock.claudePath': (await installClis()).claude });
  await welcomeText(window, 'No threads yet');
  assert.deepEqual(await window.notifications(), []);

  // A living host would bring its state back.
  const [host] = await hostPids(folder);
  assert.ok(host);
  process.kill(host, 'SIGTERM');
  await waitFor('the host to end', () => isGone(host));
  await rm(join(folder, '.agentdock'), { recursive: true });
  await welcomeText(window, 'This folder has no');
  assert.deepEqual(await hostPids(folder), []);

  await initWorkspace(folder);
  await welcomeText(window, 'No threads yet');
  await window.close();
});

/** The one welcome text that is shown, once it says that. */
async function welcomeText(window: Workbench, wanted: string): Promise<string> {
  const view = window.page.locator('.sidebar .welcome-view:visible', { hasText: wanted });
  await view.waitFor();
  return (await view.textContent()) ?? '';
}

/** The way the view itself offers. */
async function trust({ page }: Workbench): Promise<void> {
  await page.locator('.sidebar .welcome-view').getByText('Manage Workspace Trust').click();
  const editor = page.locator('.workspace-trust-editor');
  await editor.getByRole('button', { name: 'Trust', exact: true }).click();
  await editor.locator('.workspace-trust-trusted').waitFor();
  await page.locator('.monaco-modal-editor-block .action-label[aria-label^="Close"]').click();
  await editor.waitFor({ state: 'detached' });
}
