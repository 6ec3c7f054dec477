import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { before, test } from 'node:test';
import { callBody, raw } from '../tools/mcp/doorsHarness.ts';
import { type Dock, makeDock, wholeFile } from './harness.ts';

const noProc = process.platform !== 'linux' && 'finds the port by /proc';

const file = wholeFile();
let dock: Dock;
let other: Dock;
before(async () => {
  dock = await makeDock(file);
  other = await makeDock(file, { models: dock.models });
  await Promise.all([dock.connect(), other.connect()]);
});

/** TCP ports that a process listens on, with the address as /proc writes it. */
function listeningPorts(pid: number): readonly { readonly address: string; readonly port: number }[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap(fd => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  return ['tcp', 'tcp6'].flatMap(table =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .map(line => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && sockets.has(inode ?? ''))
      .map(([, local = '']) => {
        const [address = '', port = ''] = local.split(':');
        return { address, port: Number.parseInt(port, 16) };
      }),
  );
}

async function urlOf(one: Dock): Promise<string> {
  const [port, ...more] = listeningPorts(await one.hostPid());
  assert.deepEqual([port?.address, more], ['0100007F', []], 'one port, on loopback alone');
  return `http://127.0.0.1:${port?.port}/mcp`;
}

test('a host listens on loopback alone, and serves nobody without a token of its own', {
  skip: noProc,
}, async () => {
  const url = await urlOf(dock);
  assert.notEqual(url, await urlOf(other));
  const { key } = JSON.parse(await readFile(dock.state('host.json'), 'utf8')) as { key: string };
  const body = callBody('list_threads', {});
  for (const token of ['', 'x', key]) {
    const reply = await raw({ url, token }, { body });
    assert.equal(reply.status, 401);
    assert.doesNotMatch(reply.text, /thread|worker|master/);
  }
  const page = { origin: 'http://localhost:3000' };
  assert.equal((await raw({ url, token: key }, { headers: page, body })).status, 403);
  const bent = { host: `dock.example:${new URL(url).port}` };
  assert.equal((await raw({ url, token: key }, { headers: bent, body })).status, 403);
  const log = await readFile(dock.state('host.log'), 'utf8');
  assert.ok(!log.includes(key));
});

test('a connection to the endpoint does not hold a host that is to end', { skip: noProc }, async t => {
  const { port, host } = new URL(await urlOf(other));
  const socket = connect(Number(port), '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => undefined);
  socket.write(`GET /mcp HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await once(socket, 'data');
  const closed = once(socket, 'close');
  await other.killHost('SIGTERM');
  await closed;
});
