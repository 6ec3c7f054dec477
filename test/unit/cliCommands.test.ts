import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import type { CommandContext } from '../../src/cli/command.ts';
import { read } from '../../src/cli/commands/read.ts';
import { printJson } from '../../src/cli/io.ts';
import { readStdin } from '../../src/cli/readStdin.ts';
import { runCli } from '../../src/cli/runCli.ts';
import { waitFor as waitForThreads } from '../../src/cli/waitFor.ts';
import type { DockClient } from '../../src/client/dockClient.ts';
import { addThread, makeServedStore } from '../client/servedStore.ts';
import { temporaryFolder } from '../store/temporaryFolder.ts';
import { waitFor } from '../support/waitFor.ts';
import { end, prepare } from '../tools/toolHarness.ts';

const id = 'thread-one';
const turn = { id, turn: 't' };

function makeOutput() {
  const lines: string[] = [];
  return { lines, output: { out: (text: string) => void lines.push(text), err: () => undefined } };
}

function contextOf(client: DockClient, output: CommandContext['output']): CommandContext {
  return {
    output,
    json: false,
    cwd: '/',
    workspace: undefined,
    stdin: async () => '',
    client: async () => client,
  };
}

async function run(t: TestContext, ...argv: string[]) {
  const { lines, output } = makeOutput();
  const errors: string[] = [];
  const code = await runCli(argv, await temporaryFolder(t), {
    ...output,
    err: text => void errors.push(text),
  });
  return { code, out: lines.join('\n'), err: errors.join('\n') };
}

test('options of every command may stand before its name, and help takes a command', async t => {
  const listed = await run(t, '--json', 'list');
  assert.match(listed.out, /"code":"not_found"/);
  assert.match((await run(t, '--workspace', '/nowhere', 'list')).err, /\/nowhere/);
  assert.match((await run(t, '--workspace=/nowhere', 'list')).err, /\/nowhere/);
  assert.match((await run(t, 'help', 'spawn')).out, /^Usage: agentdock spawn/m);
  assert.match((await run(t, 'help', 'me')).out, /Options of every command/);
});

test('a prompt that is called like an option does not change how an error is printed', async t => {
  const { out, err } = await run(t, 'spawn', 'codex', '--', '--json');
  assert.deepEqual([out, /not_found/.test(err)], ['', true]);
});

test('standard input stays as it is, with its byte order mark; what is no UTF-8 is refused', async () => {
  const text = '\uFEFFfirst\r\n\u{1f600}\n';
  assert.equal(await readStdin(Readable.from([Buffer.from(text)])), text);
  await assert.rejects(readStdin(Readable.from([Buffer.from([0xc3, 0x28])])), { code: 'invalid_arguments' });
});

test('JSON holds no byte that a terminal takes for a command, and still says the same', () => {
  const { lines, output } = makeOutput();
  const value = { text: '\u001b[2J \u009b31m \u007f é' };
  printJson(output, value);
  assert.doesNotMatch(lines.join(), /\p{Cc}/u);
  assert.deepEqual(JSON.parse(lines.join()), value);
});

test('read --follow of a thread at rest prints all of it and ends', async t => {
  const { serve, client } = await makeServedStore(t);
  const { store } = await serve();
  await addThread(store, id);
  await prepare(store, turn);
  store.history.append(id, 't', { type: 'text', item: 'a', text: 'All there is.', done: true });
  await end(store, turn);
  const { lines, output } = makeOutput();
  assert.equal(await read.run([id], { follow: true }, contextOf(await client(), output)), 0);
  assert.deepEqual(lines, ['All there is.', '= completed']);
});

test('read --follow goes on with the next host without printing anything twice', async t => {
  const { serve, client } = await makeServedStore(t);
  const first = await serve();
  await addThread(first.store, id);
  await prepare(first.store, turn);
  const say = (text: string) => ({ type: 'text', item: text, text, done: true }) as const;
  first.store.history.append(id, 't', say('Before.'));
  const follower = await client({ startHost: async () => void (await serve()) });
  const { lines, output } = makeOutput();
  const following = read.run([id], { follow: true }, contextOf(follower, output));
  await waitFor('the first line', () => lines.includes('Before.'));
  await first.close();
  const second = await serve();
  second.store.history.append(id, 't', say('After.'));
  await end(second.store, turn);
  assert.equal(await following, 0);
  assert.deepEqual(lines, ['Before.', 'After.', '= completed']);
});

test('read --follow ends with an error when the host is stopped, and starts no other one', async t => {
  const { serve, client } = await makeServedStore(t);
  const { store, stop } = await serve();
  await addThread(store, id);
  const follower = await client({ startHost: () => Promise.reject(new Error('nobody asked for it')) });
  const { lines, output } = makeOutput();
  const following = read.run([id], { follow: true }, contextOf(follower, output));
  await waitFor('the follower', () => lines.length === 0 && store.threads().has(id));
  const refused = assert.rejects(following, { code: 'not_found' });
  await stop();
  await refused;
});

test('wait goes on with the next host, and ends when the host is stopped', async t => {
  const { serve, client } = await makeServedStore(t);
  const first = await serve();
  await addThread(first.store, id);
  await prepare(first.store, turn);
  const waiting = await client({ startHost: async () => void (await serve()) });
  const { lines, output } = makeOutput();
  const result = waitForThreads(waiting, [id], contextOf(waiting, output));
  await waiting.call('list_threads', {});
  await first.close();
  const second = await serve();
  await waitFor('the client', () => waiting.state.kind === 'connected' && second.sockets.size === 1);
  await end(second.store, turn);
  assert.equal(await result, 0);
  assert.deepEqual(lines, [`${id}  completed`]);

  await addThread(second.store, 'thread-two');
  const again = assert.rejects(waitForThreads(waiting, ['thread-two'], contextOf(waiting, output)), {
    message: 'The AgentDock host was stopped.',
  });
  await waiting.call('list_threads', {});
  await second.stop();
  await again;
  assert.equal(waiting.state.kind, 'offline');
});
