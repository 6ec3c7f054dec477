import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentMarks } from '../../src/core/agentMarks.ts';
import { userEnvironment } from '../../src/providers/process/environment.ts';
import { environmentOf, readEnvironments } from '../../src/providers/process/readEnvironment.ts';
import { makeTree } from './harness.ts';

test('marks of an enclosing session and of VS Code are taken out, logins and paths stay', () => {
  const kept = {
    PATH: '/bin',
    HOME: '/home/ann',
    CODEX_HOME: '/home/ann/.codex',
    CODEX_API_KEY: 'k',
    CLAUDE_CODE_OAUTH_TOKEN: 'k',
    CLAUDE_CODE_USE_BEDROCK: '1',
    ANTHROPIC_BASE_URL: 'https://proxy',
    OPENCODE_CONFIG: '/home/ann/opencode.json',
    AGENT: 'jenkins-7',
    NODE_OPTIONS: '--max-old-space-size=4096',
    GIT_ASKPASS: '/usr/lib/ssh/askpass',
  };
  const dropped = {
    AGENTDOCK_THREAD: 'thread-abc',
    AGENTDOCK_HOST: 'n',
    CLAUDECODE: '1',
    CLAUDE_CODE_ENTRYPOINT: 'cli',
    CLAUDE_CODE_SSE_PORT: '1',
    CLAUDE_CODE_SESSION_ID: 's',
    AI_AGENT: 'x',
    CODEX_THREAD_ID: 't',
    CODEX_CI: '1',
    CODEX_MANAGED_BY_NPM: '1',
    OPENCODE: '1',
    OPENCODE_PID: '9',
    VSCODE_PID: '1',
    vscode_ipc_hook: 'x',
    ELECTRON_RUN_AS_NODE: '1',
    EMPTY: undefined,
  };
  assert.deepEqual(userEnvironment({ ...kept, ...dropped }), kept);
});

test('what VS Code loads into Node and Git is taken out of a value that holds more', () => {
  const options = '--require "/home/ann/.vscode/extensions/ms-vscode.js-debug/bootloader.js" --no-warnings';
  assert.deepEqual(
    userEnvironment({
      NODE_OPTIONS: options,
      GIT_ASKPASS: '/usr/share/code/resources/app/extensions/git/dist/askpass.sh',
    }),
    { NODE_OPTIONS: '--no-warnings' },
  );
  assert.deepEqual(userEnvironment({ NODE_OPTIONS: '-r /opt/vscode/js-debug/bootloader.js' }), {});
});

test('the marks of an agent are named, settings of a person are none', () => {
  assert.deepEqual(
    agentMarks({ HOME: '/home/ann', CODEX_HOME: '/x', CLAUDE_CODE_SSE_PORT: '1', AGENT: 'smith' }),
    [],
  );
  assert.deepEqual(agentMarks({ CLAUDECODE: '1', AGENT: '1', CODEX_THREAD_ID: undefined }), [
    'CLAUDECODE',
    'AGENT',
  ]);
  assert.deepEqual(agentMarks({ AGENTDOCK_THREAD: 'thread-abc' }), ['AGENTDOCK_THREAD']);
});

test('the environment of a living process is read, that of a dead one is undefined', async t => {
  const tree = await makeTree(t, 'exec sleep 100');
  const [root, gone] = await readEnvironments([tree.root.pid, 2 ** 30]);
  assert.equal(root?.['AGENTDOCK_THREAD'], tree.threadId);
  assert.equal(gone, undefined);
});

test('an entry without a name or a value is kept out of an environment', () => {
  assert.deepEqual(environmentOf(['A=1', 'B=a=b', 'C=', '=x', 'word', '']), { A: '1', B: 'a=b', C: '' });
});
