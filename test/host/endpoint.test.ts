import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { requestSchemas } from '../../src/contracts/rpc.ts';
import { proofOf } from '../../src/core/proof.ts';
import { waitFor } from '../support/waitFor.ts';
import { type Dock, makeDock, wholeFile } from './harness.ts';
import { frame, openRawSocket } from './rawSocket.ts';
import { contentOf, settled } from './stateFiles.ts';

const file = wholeFile();
let dock: Dock;
let pid: number;
let content: Readonly<Record<string, string>>;

before(async () => {
  dock = await makeDock(file);
  await dock.startHost();
  pid = await dock.hostPid();
  await settled(dock);
  content = await contentOf(dock.workspace);
});

/** The host lives, answers a real client, and has written nothing. */
async function expectUnharmed(): Promise<void> {
  assert.equal(await dock.hostPid(), pid);
  const client = await dock.connect({ start: false });
  assert.equal((await client.status()).pid, pid);
  client.dispose();
  assert.deepEqual(await contentOf(dock.workspace), content);
}

function dataOf(answer: { error?: { data?: unknown } }): unknown {
  return answer.error?.data;
}

test('the endpoint file and its socket are for the user alone', async () => {
  assert.equal((await stat(dock.state('host.json'))).mode & 0o777, 0o600);
  assert.equal((await stat(dock.state())).mode & 0o777, 0o700);
  const raw = await openRawSocket(dock);
  assert.equal((await stat(raw.file.endpoint)).mode & 0o077, 0);
  raw.end();
});

test('a client that does not know the key is refused with unauthorized, and hears what to do', async () => {
  const raw = await openRawSocket(dock);
  const refused = dataOf(await raw.prove('00'.repeat(32)));
  assert.partialDeepStrictEqual(refused, { code: 'unauthorized', retryable: false });
  assert.match(JSON.stringify(refused), /host\.json/);
  await raw.closed();
  await expectUnharmed();
});

test('a proof of an earlier connection is worth nothing on the next one', async () => {
  const first = await openRawSocket(dock);
  const client = { kind: 'cli', pid: process.pid, version: '0', marks: [] };
  const challenge = { nonce: 'a'.repeat(32), client };
  const { result } = await first.request('challenge', challenge);
  const { nonce } = requestSchemas.challenge.result.parse(result);
  const proof = proofOf(first.file.key, 'client', { client: challenge.nonce, host: nonce });
  assert.ok((await first.request('prove', { proof })).result);
  const next = await openRawSocket(dock);
  await next.request('challenge', challenge);
  assert.partialDeepStrictEqual(dataOf(await next.request('prove', { proof })), { code: 'unauthorized' });
  first.end();
  await expectUnharmed();
});

for (const method of ['hello', 'call', 'subscribe', 'write', 'status', 'stop', 'format_disk']) {
  test(`${method} before the proof is refused with unauthorized`, async () => {
    const raw = await openRawSocket(dock);
    const params = { protocol: 1, tool: 'list_threads', args: {}, thread: 'thread-abc', after: 0, data: '' };
    assert.partialDeepStrictEqual(dataOf(await raw.request(method, params)), { code: 'unauthorized' });
    await raw.request('challenge', { nonce: 'a'.repeat(32), client: { kind: 'cli', pid: 1, version: '0' } });
    assert.partialDeepStrictEqual(dataOf(await raw.request(method, params)), { code: 'unauthorized' });
    raw.end();
    await expectUnharmed();
  });
}

test('a command that meets a damaged endpoint file finds its host all the same', async () => {
  await writeFile(dock.state('host.json'), '{}');
  const run = await dock.cli(['list', '--json']);
  assert.equal(run.code, 0, run.stdout);
  assert.deepEqual(await dock.hostPids(), [pid]);
  await expectUnharmed();
});

const unreadable: Readonly<Record<string, string | Uint8Array>> = {
  'an HTTP request': 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'a length that is no number': 'Content-Length: many\r\n\r\n{}',
  'a negative length': 'Content-Length: -5\r\n\r\n{}',
  'a length in the prototype': '__proto__: 5\r\n\r\n{}',
  'a body that is no JSON': frame('{"jsonrpc": "2.0", '),
  'invalid UTF-8': Buffer.concat([
    Buffer.from('Content-Length: 4\r\n\r\n'),
    Buffer.from([0xff, 0xfe, 0x22, 0x22]),
  ]),
  'a JSON bomb of brackets': frame('['.repeat(50_000)),
};

const noMessages: Readonly<Record<string, string>> = {
  'a number': frame('42'),
  null: frame('null'),
  'a list of requests': frame([{ jsonrpc: '2.0', id: 1, method: 'status', params: {} }]),
  'a request without a method': frame({ jsonrpc: '2.0', id: 1 }),
  'a method that is an object': frame({ jsonrpc: '2.0', id: 1, method: {}, params: {} }),
};

for (const [code, cases] of [
  [-32700, unreadable],
  [-32600, noMessages],
] as const) {
  for (const [what, bytes] of Object.entries(cases)) {
    test(`${what} is refused with a typed error that says what to do, before and after the proof`, async () => {
      const outsider = await openRawSocket(dock);
      const client = await openRawSocket(dock);
      assert.ok((await client.prove()).result);
      for (const raw of [outsider, client]) {
        raw.send(bytes);
        // What comes behind it is not acted on.
        raw.send(frame({ jsonrpc: '2.0', id: 9, method: 'stop', params: {} }));
        const { error } = await raw.farewell();
        assert.equal(error?.code, code);
        assert.partialDeepStrictEqual(error.data, { code: 'invalid_arguments', retryable: false });
        assert.match(JSON.stringify(error.data), /Content-Length/);
      }
      await expectUnharmed();
    });
  }
}

test('what outsiders send without an end is refused at its limit, and with it the connection ends', async () => {
  const endless = {
    'a megabyte of random bytes': randomBytes(1024 * 1024),
    'a header without end': `Content-Length: ${'1'.repeat(100_000)}`,
    'headers for ever': 'X-Header: value\r\n'.repeat(10_000),
  };
  for (const [what, bytes] of Object.entries(endless)) {
    const raw = await openRawSocket(dock);
    raw.send(bytes);
    assert.partialDeepStrictEqual(dataOf(await raw.farewell()), { code: 'invalid_arguments' }, what);
  }
  await expectUnharmed();
});

test('who has not proved itself in time hears so, and is not waited for for ever', async () => {
  const unfinished = [
    '',
    randomBytes(4096),
    'Content-Length: 1000000000000000000\r\n\r\n{}',
    'Content-Length: 3000000000\r\n\r\n{}',
  ];
  await Promise.all(
    unfinished.map(async bytes => {
      const raw = await openRawSocket(dock);
      raw.send(bytes);
      const refused = dataOf(await raw.farewell());
      assert.partialDeepStrictEqual(refused, { code: 'unauthorized' });
      assert.match(JSON.stringify(refused), /challenge.*host\.json/);
    }),
  );
  await expectUnharmed();
});

const harmless: Readonly<Record<string, string | Uint8Array>> = {
  'an answer to nothing': frame({ jsonrpc: '2.0', id: 99, result: {} }),
  'an unknown notification': frame({ jsonrpc: '2.0', method: 'shutdown' }),
  'random bytes': randomBytes(4096),
  'a length of an exabyte': 'Content-Length: 1000000000000000000\r\n\r\n{}',
  'a header without end': `Content-Length: ${'1'.repeat(100_000)}`,
};

for (const [what, bytes] of Object.entries(harmless)) {
  test(`${what} harms nobody, before and after the proof`, async () => {
    const outsider = await openRawSocket(dock);
    outsider.send(bytes);
    const client = await openRawSocket(dock);
    assert.ok((await client.prove()).result);
    client.send(bytes);
    await expectUnharmed();
    // A frame that is cut off by the end of its connection.
    outsider.end();
    client.end();
    await expectUnharmed();
  });
}

test('a frame that is cut off by the end of the connection does nothing', async () => {
  const raw = await openRawSocket(dock);
  assert.ok((await raw.prove()).result);
  const call = { tool: 'spawn_thread', args: { task_name: 'No', provider: 'codex', prompt: 'No.' } };
  raw.send(frame({ jsonrpc: '2.0', id: 7, method: 'call', params: call }).slice(0, -3));
  raw.end();
  await expectUnharmed();
});

test('an unknown method and parameters of a wrong type are typed errors', async () => {
  const raw = await openRawSocket(dock);
  assert.ok((await raw.prove()).result);
  const strange = await raw.request('format_disk', {});
  assert.equal(strange.error?.code, -32601);
  assert.partialDeepStrictEqual(strange.error?.data, { code: 'invalid_arguments', retryable: false });
  assert.match(JSON.stringify(strange.error?.data), /knows .*status/);
  const wrong = await raw.request('subscribe', { thread: '../../etc/passwd', after: 'x' });
  assert.partialDeepStrictEqual(wrong.error?.data, { code: 'invalid_arguments' });
  const unknown = await raw.request('subscribe', { thread: 'thread-unknown', after: 0 });
  assert.partialDeepStrictEqual(unknown.error?.data, { code: 'not_found' });
  const protocol = await raw.request('hello', { protocol: 99 });
  assert.partialDeepStrictEqual(protocol.error?.data, { code: 'version_mismatch' });
  assert.match(JSON.stringify(protocol.error?.data), /host stop --when-idle/);
  raw.end();
  await expectUnharmed();
});

test('what an outsider sends is not kept: the host’s memory stays where it was', async () => {
  const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  const start = memory();
  const sockets = await Promise.all(Array.from({ length: 20 }, () => openRawSocket(dock)));
  for (const socket of sockets) {
    socket.send('Content-Length: 3000000000\r\n\r\n');
    socket.send(Buffer.alloc(8 * 1024 * 1024, 'x'));
  }
  await Promise.all(sockets.map(socket => socket.closed()));
  // What is no longer used goes when the collector comes.
  await waitFor('the host to hold no more than before', () => memory() - start < 60_000);
  await expectUnharmed();
});

test('hosts that race to start leave one, and every starter is told that it is there', async t => {
  const racing = await makeDock(t, { models: dock.models });
  await Promise.all(Array.from({ length: 6 }, () => racing.startHost()));
  await waitFor('the losers to end', async () => (await racing.hostPids()).length === 1);
  assert.deepEqual(await racing.hostPids(), [await racing.hostPid()]);
  const clients = await Promise.all(Array.from({ length: 4 }, () => racing.connect()));
  const pids = await Promise.all(clients.map(async client => (await client.status()).pid));
  assert.deepEqual(new Set(pids), new Set(await racing.hostPids()));
});

test('commands that race to start a host all get their answer from one', async t => {
  const racing = await makeDock(t, { models: dock.models });
  const runs = await Promise.all(Array.from({ length: 4 }, () => racing.cli(['list', '--json'])));
  assert.deepEqual(
    runs.map(({ code, stdout }) => (code === 0 ? 0 : stdout)),
    [0, 0, 0, 0],
  );
});

test('a host that a kill left without its socket is replaced by the next command', async t => {
  const dead = await makeDock(t, { models: dock.models });
  await dead.startHost();
  const before = await dead.hostPid();
  await dead.killHost('SIGKILL');
  const run = await dead.cli(['host', 'status', '--json']);
  assert.equal(run.code, 1, 'status alone starts nothing');
  assert.equal((await dead.cli(['list'])).code, 0);
  assert.notEqual(await dead.hostPid(), before);
});
