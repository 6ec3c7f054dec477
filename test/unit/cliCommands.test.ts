import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import type { CommandContext } from '../../src/cli/command.ts';
import { read } from '../../src/cli/commands/read.ts';
import { commands } from '../../src/cli/commands/table.ts';
import { printJson } from '../../src/cli/io.ts';
import { printStarted } from '../../src/cli/printStarted.ts';
import { readStdin } from '../../src/cli/readStdin.ts';
import { runCli } from '../../src/cli/runCli.ts';
import { createTranscriptText } from '../../src/cli/transcriptText.ts';
import { waitFor as waitForThreads } from '../../src/cli/waitFor.ts';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { AgentEvent } from '../../src/contracts/agentEvent.ts';
import { permissionModes, threadStateSchema } from '../../src/contracts/thread.ts';
import { userFolder } from '../../src/core/userFolder.ts';
import { version } from '../../src/core/version.ts';
import { addThread, makeServedStore, type Serving } from '../client/servedStore.ts';
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
  assert.match((await run(t, 'help')).out, /Options of every command/);
});

test('help names what one may choose and what it means, with command lines that work', async t => {
  for (const name of ['spawn', 'master']) {
    const { out } = await run(t, 'help', name);
    for (const mode of permissionModes) assert.match(out, new RegExp(`^  ${mode} +\\w`, 'm'), name);
    assert.match(out, new RegExp(`^Examples:\\n  agentdock ${name} `, 'm'));
  }
  assert.match((await run(t, 'help', 'spawn')).out, /`command` .* shell.* all your rights.* nothing asks/);
  const { out } = await run(t, 'help', 'list');
  for (const state of threadStateSchema.options) assert.ok(out.includes(state), state);
  for (const line of commands.flatMap(({ examples = [] }) => examples)) {
    const answer = await run(t, '--workspace=/nowhere', ...wordsOf(line));
    assert.match(answer.out + answer.err, /not_found/, line);
  }
});

/** Of a command line, with a text where its standard input would be read. */
function wordsOf(line: string): string[] {
  const words = line.replace(/ <\S+$/, '').match(/"[^"]*"|\S+/g) ?? [];
  return words.slice(1).map(word => (word === '-' ? 'text' : word.replace(/^"|"$/g, '')));
}

test('what is wrong in a line before its command is said, not taken for a wish for help', async t => {
  for (const [argv, says] of [
    [['--workspace'], /Expected a folder after --workspace/],
    [['--json', '--workspace'], /Expected a folder after --workspace/],
    [['help', 'nope'], /There is no command "?nope/],
  ] as const) {
    const { code, out, err } = await run(t, ...argv);
    assert.equal(code, 1, argv.join(' '));
    assert.match(`${out}${err}`.replaceAll('\\', ''), says);
  }
});

test('--version is JSON where that is asked for, and help says where the settings are', async t => {
  const { code, out } = await run(t, '--json', '--version');
  assert.deepEqual([code, JSON.parse(out)], [0, { ok: true, result: { version } }]);
  const help = await run(t, '--help');
  assert.ok(help.out.includes(join(userFolder(process.env), 'config.json')), help.out);
});

test('call answers in JSON and says how to pass it, also when the shell took the JSON apart', async t => {
  for (const words of [[], ['{tool:', 'list_threads}'], ['--bogus'], ['{}', '--json', 'more']]) {
    const { code, out, err } = await run(t, 'call', ...words);
    assert.deepEqual([code, err], [1, ''], words.join(' '));
    const reply: unknown = JSON.parse(out);
    assert.partialDeepStrictEqual(reply, { ok: false, error: { code: 'invalid_arguments' } });
    assert.match(out, /single quotes.*call -/);
  }
});

test('a wrong value of an option is named before any host is looked for', async t => {
  for (const [argv, says] of [
    [['spawn', 'gpt', 'Do it.'], /"gpt".*codex/s],
    [['spawn', 'codex', '--mode', 'root', 'Do it.'], /"root".*read_only/s],
    [['list', '--state', 'asleep'], /"asleep".*completed/s],
    [['list', '--limit', 'many'], /--limit/],
  ] as const) {
    const { code, err } = await run(t, ...argv);
    assert.equal(code, 1);
    assert.match(err, says);
  }
});

test('a folder that is not there is not_found, and a named workspace is looked for there alone', async t => {
  const missing = join(await temporaryFolder(t), 'missing');
  assert.match((await run(t, 'init', '--workspace', missing)).err, /no folder .*missing.*not_found/);
  const { err } = await run(t, 'list', '--workspace', '/');
  assert.match(err, /no \.agentdock folder in \/\./);
  assert.match((await run(t, 'list')).err, /in or above/);
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

test('read prints the unfinished last line of a program that runs, and --follow while it waits', async t => {
  const { serve, client } = await makeServedStore(t);
  const { store } = await serve();
  await addThread(store, id);
  await prepare(store, turn);
  store.history.append(id, 't', { type: 'output', data: 'Ready.\nContinue? [y/N]' });
  const reader = makeOutput();
  await read.run([id], {}, contextOf(await client(), reader.output));
  assert.deepEqual(reader.lines, ['Ready.', 'Continue? [y/N]']);
  const { lines, output } = makeOutput();
  const following = read.run([id], { follow: true }, contextOf(await client(), output));
  await waitFor('the question', () => lines.includes('Continue? [y/N]'));
  store.history.append(id, 't', { type: 'output', data: 'y\nDone' });
  await end(store, turn);
  assert.equal(await following, 0);
  assert.deepEqual(lines, ['Ready.', 'Continue? [y/N]', 'y', 'Done', '= completed']);
});

test('read --follow goes on with the next host without printing anything twice', async t => {
  const { serve, client } = await makeServedStore(t);
  const first = await serve();
  await addThread(first.store, id);
  await prepare(first.store, turn);
  const say = (text: string) => ({ type: 'text', item: text, text, done: true }) as const;
  first.store.history.append(id, 't', say('Before.'));
  const next = nextOf(first, serve);
  const follower = await client({ startHost: next.start });
  const { lines, output } = makeOutput();
  const following = read.run([id], { follow: true }, contextOf(follower, output));
  await waitFor('the first line', () => lines.includes('Before.'));
  await first.close();
  const second = await next.serving;
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
  const { output } = makeOutput();
  const following = read.run([id], { follow: true }, contextOf(follower, output));
  await follower.call('list_threads', {});
  const refused = assert.rejects(following, { code: 'not_found' });
  await stop();
  await refused;
});

test('wait goes on with the next host, and ends when the host is stopped', async t => {
  const { serve, client } = await makeServedStore(t);
  const first = await serve();
  await addThread(first.store, id);
  await prepare(first.store, turn);
  const next = nextOf(first, serve);
  const waiting = await client({ startHost: next.start });
  const { lines, output } = makeOutput();
  const result = waitForThreads(waiting, [id], contextOf(waiting, output));
  await waiting.call('list_threads', {});
  await first.close();
  const second = await next.serving;
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

test('spawn and resume with --wait name the thread at once, also in the error when the waiting breaks off', async t => {
  const { serve, client } = await makeServedStore(t);
  const { store, stop } = await serve();
  await addThread(store, id);
  const waiting = await client({ startHost: () => Promise.reject(new Error('nobody asked for it')) });
  const said: string[] = [];
  const { lines, output } = makeOutput();
  const context = contextOf(waiting, { ...output, err: text => void said.push(text) });
  const fleet = { running: 0, queued: 1, waiting: 0, capacity: 1 };
  const started = { thread_id: id, turn_id: 't', state: 'queued', repeated: false, fleet } as const;
  const result = printStarted(started, waiting, { ...context, wait: true });
  assert.deepEqual([said, lines], [[`${id}  queued`], []]);
  const broken = assert.rejects(result, { code: 'not_found', message: new RegExp(`^${id} was started\\. `) });
  await waiting.call('list_threads', {});
  await stop();
  await broken;
});

test('pieces of output and of a tool’s progress are joined to the lines they were', () => {
  const text = createTranscriptText();
  const lines = (event: AgentEvent) => text.add({ seq: 1, at: '2026-01-02T03:04:05.000Z', ...event });
  const output = (data: string) => lines({ type: 'output', data });
  const progress = (item: string, text: string) => lines({ type: 'tool.progress', item, text });
  assert.deepEqual(output('123\r\n45'), ['123\r']);
  assert.deepEqual(output('6\r\n789\r\n'), ['456\r', '789\r']);
  assert.deepEqual(progress('a', 'one\ntw'), ['one']);
  assert.deepEqual(progress('a', 'o\n'), ['two']);
  assert.deepEqual(progress('a', 'rest'), []);
  assert.deepEqual(progress('b', 'other\n'), ['rest', 'other']);
  assert.deepEqual(output('last'), []);
  assert.deepEqual(lines({ type: 'notice', text: 'done' }), ['last', '- done']);
  assert.deepEqual(output('Continue? '), []);
  assert.deepEqual([text.pause(), text.pause(), text.end()], [['Continue? '], [], []]);
  assert.deepEqual(lines({ type: 'text', item: 'a', text: 'Half a sen' }), []);
  assert.deepEqual([text.pause(), text.end(), text.end()], [[], ['Half a sen'], []]);
});

/** The host that the client starts, once the first has left the folder. */
function nextOf(first: Serving, serve: () => Promise<Serving>) {
  const next = Promise.withResolvers<Serving>();
  const start = async (): Promise<void> => {
    await first.close();
    next.resolve(await serve());
  };
  return { start, serving: next.promise };
}
