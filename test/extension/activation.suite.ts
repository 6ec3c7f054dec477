import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';

suite('activation', () => {
  test('VS Code activates the extension by itself, without an error', async () => {
    const extension = vscode.extensions.getExtension('agentdock.agentdock');
    assert.ok(extension, 'the extension is not installed');
    // Nothing here calls `activate()` before.
    await waitUntil(() => extension.isActive);
    // VS Code calls an extension active whose activation failed; this then rejects with the reason.
    await extension.activate();
  });
});

async function waitUntil(holds: () => boolean): Promise<void> {
  const end = performance.now() + 60_000;
  while (!holds()) {
    assert.ok(performance.now() < end, 'not active after 60 s');
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
