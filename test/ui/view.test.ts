import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeWindow } from './window.ts';

test('the installed extension shows its view in a workspace with .agentdock/', async t => {
  const { open } = await makeWindow(t);
  const window = await open();
  await window.showView('AgentDock');
  await window.page.locator('.sidebar .composite.title', { hasText: /agentdock/i }).waitFor();
  assert.deepEqual(await window.notifications(), []);
});
