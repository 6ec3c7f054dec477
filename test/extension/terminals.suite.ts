import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import { connect } from '../../src/client/connect.ts';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { userFolder } from '../../src/core/userFolder.ts';
import { version } from '../../src/core/version.ts';
import { makeWindowIdentity } from '../rigs/makeWindowIdentity.ts';
import { waitFor } from '../support/waitFor.ts';

suite('terminals', () => {
  let client: DockClient;
  let folder: vscode.WorkspaceFolder;
  let temporary: string;

  suiteSetup(async () => {
    const [first] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(first);
    folder = first;
    temporary = await mkdtemp(join(tmpdir(), 'dock-suite-'));
    await vscode.extensions.getExtension('agentdock.agentdock')?.activate();
    const { fsPath } = folder.uri;
    // The window starts the host; this client only uses it.
    const hostFile = join(fsPath, '.agentdock', 'state', 'host.json');
    await waitFor('the host', () => readFile(hostFile, 'utf8').catch(() => undefined));
    // The person's, whoever has started the tests.
    const identity = await makeWindowIdentity(userFolder(process.env));
    client = connect({ workspace: fsPath, kind: 'window', window: async () => identity, version });
  });

  suiteTeardown(async () => {
    await client.stop().catch(() => undefined);
    client.dispose();
    await rm(temporary, { recursive: true, force: true });
  });

  async function runProgram(name: string, line: string): Promise<ThreadId> {
    const { thread_id } = await client.call('spawn_thread', {
      task_name: name,
      provider: 'command',
      prompt: line,
    });
    await waitFor(`${name} to run`, () => client.threads.get(thread_id)?.state === 'running');
    return thread_id;
  }

  function open(thread: ThreadId): Thenable<unknown> {
    // The window hears of a new thread at the same time as this client, but not in the same moment.
    return vscode.commands.executeCommand('agentdock.openTerminal', {
      folder: folder.uri.toString(),
      thread,
    });
  }

  function tabs(name: string): readonly vscode.Tab[] {
    return vscode.window.tabGroups.all
      .flatMap(group => group.tabs)
      .filter(tab => tab.input instanceof vscode.TabInputTerminal && tab.label === name);
  }

  test('a thread has one terminal in an editor tab, however often it is opened', async () => {
    const thread = await runProgram('one terminal', 'sleep 300');
    await waitFor('the tab', async () => {
      if (tabs('one terminal').length === 0) void open(thread);
      return tabs('one terminal').length > 0;
    });
    await open(thread);
    await open(thread);
    assert.equal(tabs('one terminal').length, 1);
    await client.call('cancel_thread', { thread_id: thread });
  });

  test('closing the tab detaches: the thread goes on', async () => {
    const thread = await runProgram('goes on', 'sleep 300');
    await waitFor('the tab', async () => {
      if (tabs('goes on').length === 0) void open(thread);
      return tabs('goes on').length > 0;
    });
    await vscode.window.tabGroups.close(tabs('goes on'));
    await waitFor('the tab to be gone', () => tabs('goes on').length === 0);
    const { thread: now } = await client.call('get_thread', { thread_id: thread });
    assert.equal(now.state, 'running');
    await client.call('cancel_thread', { thread_id: thread });
  });

  test('`agentdock` is on the PATH of VS Code’s own terminals and needs no Node there', async () => {
    const out = join(temporary, 'status.txt');
    const terminal = vscode.window.createTerminal({ name: 'shell', shellPath: '/bin/sh', env: {} });
    terminal.sendText(`agentdock host status --json > '${out}' 2>&1; echo done >> '${out}'`);
    const text = await waitFor('the answer of the command', async () => {
      const found = await readFile(out, 'utf8').catch(() => '');
      return found.includes('done') ? found : undefined;
    });
    terminal.dispose();
    assert.ok(text.includes(folder.uri.fsPath), text);
  });
});
