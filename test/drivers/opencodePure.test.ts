import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { nativeBinary } from '../../src/providers/opencode/binary.ts';
import { followEvents } from '../../src/providers/opencode/followEvents.ts';
import { readInstructions } from '../../src/providers/opencode/projectFiles.ts';
import { serverEnvironment } from '../../src/providers/opencode/serverConfig.ts';
import { classifySessionError, type SessionError } from '../../src/providers/opencode/sessionError.ts';
import { changedFor, writeShellPlugin } from '../../src/providers/opencode/shellPlugin.ts';
import { exitError, startError } from '../../src/providers/opencode/startError.ts';

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dock-oc-pure-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('opencode: errors of a session get the contract’s codes', () => {
  const api = (data: SessionError['data']) => ({ name: 'APIError', data });
  const rows = [
    [{ name: 'ProviderAuthError', data: { message: 'key missing' } }, 'credential_missing'],
    [api({ statusCode: 401, isRetryable: false }), 'credential_expired'],
    [api({ statusCode: 402 }), 'quota_exceeded'],
    [api({ statusCode: 413 }), 'context_full'],
    [api({ statusCode: 429, isRetryable: true }), 'rate_limited'],
    [api({ statusCode: 429, responseBody: '{"code":"insufficient_quota"}' }), 'quota_exceeded'],
    [api({ statusCode: 529 }), 'upstream_unavailable'],
    [api({ message: 'Cannot connect to API', isRetryable: true }), 'upstream_unavailable'],
    [api({ isRetryable: true, metadata: { code: 'ProviderHeaderTimeoutError' } }), 'timeout'],
    [{ name: 'ContextOverflowError' }, 'context_full'],
    [{ name: 'ContentFilterError' }, 'content_filtered'],
    [{ name: 'MessageAbortedError' }, 'cancelled'],
    [{ name: 'UnknownError', data: { message: 'JSON parsing failed: Text: x' } }, 'invalid_response'],
    [{ name: 'UnknownError', data: { message: 'Model not found: a/b.' } }, 'model_not_found'],
    [{ name: 'BrandNewError' }, 'unknown'],
  ] as const;
  for (const [error, code] of rows) assert.equal(classifySessionError(error).code, code);
  assert.equal(classifySessionError({ name: 'BrandNewError' }).message, 'BrandNewError');
});

test('opencode: a server that does not start or ends is told with a code', () => {
  const exit = { code: 1, signal: undefined };
  assert.equal(startError(exit, 'Error: Configuration is invalid at /x\n').code, 'invalid_arguments');
  assert.equal(startError(exit, '').code, 'unknown');
  const tripped = startError(exit, 'Failed query: CREATE TABLE `workspace` (\nparams: \n');
  assert.match(tripped.message, /database up to date/);
  assert.deepEqual([tripped.code, tripped.retryable], ['unknown', true]);
  assert.equal(startError({ ...exit, error: new Error('EACCES') }, '').code, 'provider_missing');
  const killed = { code: undefined, signal: 'SIGKILL' } as const;
  for (const error of [startError(killed, ''), exitError(killed)]) {
    assert.deepEqual([error.code, error.retryable], ['upstream_unavailable', true]);
  }
});

test('opencode: the server’s environment keeps the person’s and displaces what would undo ours', () => {
  const person = {
    PATH: '/bin',
    OPENCODE_PERMISSION: '{"*":"allow"}',
    OPENCODE_CONFIG_CONTENT: '{"model":"a/b","plugin":["mine"],"experimental":{"batch_tool":true}}',
    npm_config_fetch_retries: '7',
  };
  const settings = {
    password: 'pw',
    pluginFiles: ['/run/plugin/agentdock.mjs'],
    temporaryFolder: '/run/tmp',
    mark: ['AGENTDOCK_HOST', 'nonce'],
  } as const;
  const server = serverEnvironment({ ...settings, environment: person });
  assert.equal(server['OPENCODE_PERMISSION'], undefined);
  assert.equal(server['npm_config_fetch_retries'], '7');
  assert.equal(server['AGENTDOCK_HOST'], 'nonce');
  const config = JSON.parse(server['OPENCODE_CONFIG_CONTENT'] ?? '');
  assert.equal(config.model, 'a/b');
  assert.deepEqual(config.plugin, ['mine', 'file:///run/plugin/agentdock.mjs']);
  assert.deepEqual(config.experimental, { batch_tool: true, continue_loop_on_deny: true });
  assert.equal(config.provider, undefined);
  const broken = { ...settings, environment: { OPENCODE_CONFIG_CONTENT: '{ // a comment' } };
  assert.throws(() => serverEnvironment(broken), { code: 'invalid_arguments' });
  // The agents' shells get the person's values back.
  const changed = changedFor(server, person, ['AGENTDOCK_HOST']);
  assert.equal(changed['OPENCODE_SERVER_PASSWORD'], undefined);
  assert.ok('OPENCODE_SERVER_PASSWORD' in changed && 'TMPDIR' in changed);
  assert.equal(changed['OPENCODE_PERMISSION'], '{"*":"allow"}');
  assert.equal('PATH' in changed || 'AGENTDOCK_HOST' in changed, false);
});

test('opencode: the plugin marks shells of sub-agents too, and leaves strangers alone', async t => {
  const folder = await folderFor(t);
  const plugin = await writeShellPlugin(folder, { SECRET: undefined, KEPT: 'it’s "quoted"' });
  await plugin.bind('ses_../root', 'thread-a');
  const { AgentDock } = await import(plugin.file);
  const parents: Record<string, string> = { ses_grandchild: 'ses_child', ses_child: 'ses_../root' };
  const get = async ({ path }: { path: { id: string } }) => ({ data: { parentID: parents[path.id] } });
  const hooks = await AgentDock({ client: { session: { get } } });
  const envOf = async (sessionID?: string) => {
    const output: { env: Record<string, unknown> } = { env: {} };
    await hooks['shell.env']({ sessionID }, output);
    return output.env;
  };
  const clean = { SECRET: undefined, KEPT: 'it’s "quoted"' };
  assert.deepEqual(await envOf('ses_grandchild'), { ...clean, AGENTDOCK_THREAD: 'thread-a' });
  assert.deepEqual(await envOf('ses_other'), clean);
  assert.deepEqual(await envOf(), clean);
  assert.equal((await readFile(plugin.file, 'utf8')).includes('thread-a'), false);
});

test('opencode: the program is found behind npm’s placeholder', async t => {
  const folder = await folderFor(t);
  const modules = join(folder, 'node_modules');
  const write = async (file: string, bytes: number): Promise<string> => {
    const path = join(modules, file);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, Buffer.alloc(bytes, 32));
    await chmod(path, 0o755);
    return path;
  };
  const placeholder = await write('opencode-ai/bin/opencode.exe', 479);
  await write('opencode-sunos-sparc/package.json', 0);
  await writeFile(join(modules, 'opencode-sunos-sparc', 'package.json'), '{}');
  const program = await write('opencode-sunos-sparc/bin/opencode', 100_000);
  const link = join(folder, 'opencode');
  await symlink(placeholder, link);
  assert.equal(nativeBinary(link, 'sunos-sparc'), program);
  assert.equal(nativeBinary(link, 'plan9-vax'), undefined);
  await write('opencode-ai/bin/opencode.exe', 100_000);
  assert.equal(nativeBinary(link, 'sunos-sparc'), placeholder);
  assert.equal(nativeBinary(program, 'sunos-sparc'), undefined);
  await writeFile(join(folder, 'opencode.cmd'), '');
  assert.equal(nativeBinary(join(folder, 'opencode.cmd'), 'windows-x64'), placeholder);
});

test('opencode: project instructions are those of the first name found, and none from outside', async t => {
  const folder = await folderFor(t);
  const inner = join(folder, 'a', 'b');
  await mkdir(inner, { recursive: true });
  await writeFile(join(folder, 'CLAUDE.md'), 'top claude');
  assert.deepEqual(await readInstructions(inner, folder), [
    `Instructions from: ${join(folder, 'CLAUDE.md')}\ntop claude`,
  ]);
  await symlink('/etc/hostname', join(inner, 'AGENTS.md'));
  await writeFile(join(folder, 'a', 'AGENTS.md'), 'middle agents');
  assert.deepEqual(await readInstructions(inner, folder), [
    `Instructions from: ${join(folder, 'a', 'AGENTS.md')}\nmiddle agents`,
  ]);
});

test('opencode: events are followed through a lost connection', async () => {
  const stop = new AbortController();
  let connections = 0;
  async function* connection() {
    connections += 1;
    yield { payload: { type: 'server.connected', properties: {} } };
    if (connections === 2) stop.abort();
    throw new Error('lost');
  }
  const kinds: string[] = [];
  await followEvents({ events: async () => connection() }, stop.signal, event => kinds.push(event.kind));
  assert.deepEqual(kinds, ['connected', 'connected']);
});
