import assert from 'node:assert/strict';
import { test } from 'node:test';
import { windowEnvironment } from '../rigs/windowEnvironment.ts';

test('a VS Code of the tests gets no mark of an agent and no folder of the developer’s', () => {
  const developer = {
    PATH: '/usr/bin',
    LANG: 'C.UTF-8',
    HOME: '/home/dev',
    CLAUDECODE: '1',
    AGENTDOCK_THREAD: 'thread-abc',
    AGENTDOCK_CODEX_BIN: '/home/dev/codex',
    XDG_CONFIG_HOME: '/home/dev/.config',
    VSCODE_IPC_HOOK_CLI: '/run/vscode.sock',
  };
  assert.deepEqual(windowEnvironment(developer, '/tmp/home'), {
    PATH: '/usr/bin',
    LANG: 'C.UTF-8',
    HOME: '/tmp/home',
  });
});
