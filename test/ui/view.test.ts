import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeWindow } from './window.ts';

test('the installed extension shows its view and reaches the host it brought along', async t => {
  const { open } = await makeWindow(t);
  const window = await open();
  await window.showView('AgentDock');
  // Both are said only by a window that a host has answered; which one depends on the CLIs of this machine.
  await window.page.locator('.sidebar', { hasText: /No agent was found|No threads yet/ }).waitFor();
  assert.deepEqual(await window.notifications(), []);
});
