import assert from 'node:assert/strict';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';

suite('drop folder', () => {
  test('a request is answered when no host runs: the window starts one', async () => {
    await vscode.extensions.getExtension('agentdock.agentdock')?.activate();
    const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    assert.ok(root, 'the window has no folder');
    const dock = join(root, '.agentdock');
    const hostFile = join(dock, 'state', 'host.json');
    const pid = await until(async () => pidIn(await readFile(hostFile, 'utf8')));
    await until(() => readFile(join(dock, 'requests', '.gitignore'), 'utf8'));
    process.kill(pid, 'SIGTERM');
    await until(async () => isGone(pid));
    await writeFile(join(dock, 'requests', '.list.tmp'), '{"tool": "list_threads"}');
    await rename(join(dock, 'requests', '.list.tmp'), join(dock, 'requests', 'list.json'));
    const result = await until(() => readFile(join(dock, 'requests', 'list.result.json'), 'utf8'));
    assert.match(result, /^\{"ok":true,/);
    assert.notEqual(pidIn(await readFile(hostFile, 'utf8')), pid);
  });
});

function pidIn(text: string): number {
  return Number(/"pid":\s*(\d+)/.exec(text)?.[1]);
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

/** What `probe` gives once it is something and does not reject. */
async function until<T>(probe: () => Promise<T>): Promise<NonNullable<T>> {
  const end = performance.now() + 60_000;
  for (;;) {
    const value = await probe().catch(() => undefined);
    if (value) return value;
    assert.ok(performance.now() < end, 'waited 60 s in vain');
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
