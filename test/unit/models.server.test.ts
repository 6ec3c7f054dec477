import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { type ModelServer, startModelServer } from '../models/server.ts';
import { projectRoot } from '../rigs/projectRoot.ts';

async function makeServer(t: TestContext): Promise<ModelServer> {
  const server = await startModelServer();
  t.after(() => server.close());
  return server;
}

function ask(server: Pick<ModelServer, 'url'>, script: string, signal?: AbortSignal): Promise<Response> {
  return fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({
      model: 'm',
      messages: [{ role: 'user', content: `<<script\n${script}\nscript>>` }],
    }),
    ...(signal === undefined ? {} : { signal }),
  });
}

const paths = ['/v1/messages', '/v1/responses', '/v1/chat/completions'];

test('each protocol streams its plain answer', async t => {
  const server = await makeServer(t);
  const message = { role: 'user', content: 'hi' };
  for (const path of paths) {
    const body = { model: 'm', messages: [message], input: [message] };
    const response = await fetch(server.url + path, { method: 'POST', body: JSON.stringify(body) });
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    assert.match((await response.text()).replaceAll(/\W/g, ''), /Plain/);
  }
  assert.deepEqual(
    server.requests().map(record => [record.protocol, record.userTurns[0], record.ending]),
    [
      ['anthropic-messages', 'hi', 'finished'],
      ['openai-responses', 'hi', 'finished'],
      ['openai-chat', 'hi', 'finished'],
    ],
  );
});

test('a script travels in a file, also for a server that runs by itself', async t => {
  const scripts = await mkdtemp(join(tmpdir(), 'dock-scripts-'));
  t.after(() => rm(scripts, { recursive: true }));
  await writeFile(join(scripts, 'long.script'), 'say from the file\n');
  const inProcess = await startModelServer({ scripts });
  t.after(() => inProcess.close());
  const main = join(projectRoot, 'test', 'models', 'main.ts');
  const alone = spawn(process.execPath, [main, '--scripts', scripts], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => alone.kill());
  const [line] = await once(createInterface({ input: alone.stdout }), 'line');
  for (const url of [inProcess.url, String(line)]) {
    assert.match(await (await ask({ url }, 'script long')).text(), /"content":"from the file"/);
    const outside = await ask({ url }, 'script ../long');
    assert.match(await outside.text(), /Bad script/);
  }
});

test('a gate holds the response until it is opened from another process', async t => {
  const server = await makeServer(t);
  const response = await ask(server, 'say before\ngate g\nsay after');
  await server.gates.arrival('g');
  const gate = `${server.url}/control/gate/g`;
  assert.deepEqual(await (await fetch(gate)).json(), { name: 'g', open: false, waiting: 1 });
  await fetch(gate, { method: 'POST' });
  assert.match(await response.text(), /before[\s\S]*after/);
});

test('an error as the first step is an HTTP status, later it is an error in the stream', async t => {
  const server = await makeServer(t);
  const first = await ask(server, 'error 429 rate_limit_exceeded retry-after=7 slow down');
  assert.equal(first.status, 429);
  assert.equal(first.headers.get('retry-after'), '7');
  assert.deepEqual(await first.json(), {
    error: { message: 'slow down', type: 'requests', code: 'rate_limit_exceeded' },
  });
  const later = await ask(server, 'say x\nerror 500 boom');
  assert.equal(later.status, 200);
  assert.match(await later.text(), /"error":\{"message":"boom"/);
});

test('error-until fails until its gate is open', async t => {
  const server = await makeServer(t);
  assert.equal((await ask(server, 'error-until up 503 not yet\nsay ok')).status, 503);
  server.gates.open('up');
  assert.match(await (await ask(server, 'error-until up 503 not yet\nsay ok')).text(), /"content":"ok"/);
});

test('cut breaks the connection in the middle of the stream', async t => {
  const server = await makeServer(t);
  const response = await ask(server, 'say half\ncut');
  await assert.rejects(response.text());
  await server.request(record => record.ending === 'cut');
});

test('silence sends no headers, and the server still closes at once', async () => {
  const server = await startModelServer();
  const response = ask(server, 'silence');
  const ended = assert.rejects(response);
  await server.request(record => record.protocol === 'openai-chat');
  await server.close();
  await ended;
});

test('a client that goes away ends its response and leaves the others alone', async t => {
  const server = await makeServer(t);
  const leaving = new AbortController();
  const gone = await ask(server, 'say x\ngate g\nsay y', leaving.signal);
  await server.gates.arrival('g');
  const other = await ask(server, 'say x\ngate h\nsay z');
  leaving.abort();
  await assert.rejects(gone.text());
  server.gates.open('h');
  assert.match(await other.text(), /z/);
  await server.request(record => record.ending === 'disconnected');
});

test('a reader that does not read holds up nobody else', async t => {
  const server = await makeServer(t);
  const slow = await ask(server, `say ${'long '.repeat(3_000_000)}`);
  assert.match(await (await ask(server, 'say quick')).text(), /quick/);
  assert.equal(server.requests()[0]?.ending, undefined);
  await slow.body?.cancel();
});

test('a WebSocket is refused with 426', async t => {
  const server = await makeServer(t);
  const socket = connect(server.port, '127.0.0.1');
  socket.end('GET /v1/responses HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  const [data] = await once(socket, 'data');
  assert.match(String(data), /^HTTP\/1\.1 426 /);
});

test('what is no request gets an error and the server goes on', async t => {
  const server = await makeServer(t);
  const bad = await fetch(`${server.url}/v1/messages`, { method: 'POST', body: '{' });
  assert.equal(bad.status, 400);
  assert.equal((await fetch(`${server.url}/nothing`)).status, 404);
  assert.equal((await fetch(server.url, { method: 'HEAD' })).status, 200);
});

test('the request log is read and cleared from another process', async t => {
  const server = await makeServer(t);
  await (await ask(server, 'say x')).text();
  const log = `${server.url}/control/requests`;
  assert.match(await (await fetch(log)).text(), /"protocol":"openai-chat"/);
  await fetch(log, { method: 'DELETE' });
  assert.equal(await (await fetch(log)).text(), '[]');
});
