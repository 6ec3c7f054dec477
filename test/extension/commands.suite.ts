import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { commandIds, focusThreadsCommand } from '../../src/vscode/commandIds.ts';

suite('contributions', () => {
  test('every command is registered', async () => {
    await vscode.extensions.getExtension('agentdock.agentdock')?.activate();
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      commandIds.filter(id => !registered.has(id)),
      [],
    );
  });

  test('the Threads view can be brought to the front', async () => {
    await vscode.commands.executeCommand(focusThreadsCommand);
  });

  test('a workspace cannot set what runs on the machine', async () => {
    const configuration = vscode.workspace.getConfiguration('agentdock');
    for (const name of ['codexPath', 'maxRunning', 'defaultPermissionMode', 'confirmFull']) {
      await assert.rejects(
        Promise.resolve(configuration.update(name, 'x', vscode.ConfigurationTarget.Workspace)),
        name,
      );
    }
  });
});
