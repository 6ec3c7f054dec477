import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { findDesktop } from '../../scripts/demo/findDesktop.ts';

const code = join(import.meta.dirname, 'desktopWindow.sh');

test('the `code` of a terminal in VS Code’s server is no desktop', async () => {
  assert.equal(await findDesktop({ AGENTDOCK_CODE_BIN: code }), code);
  const inServer = { AGENTDOCK_CODE_BIN: code, VSCODE_IPC_HOOK_CLI: '/run/user/1000/vscode-ipc.sock' };
  assert.equal(await findDesktop(inServer), undefined);
  assert.equal(await findDesktop({ PATH: '/nowhere' }), undefined);
});
