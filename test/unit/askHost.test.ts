import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseHostFile } from '../../src/contracts/rpc.ts';
import { askHost } from '../../src/host/askHost.ts';
import { makeServedStore } from '../client/servedStore.ts';
import { frame } from '../host/rawSocket.ts';
import { temporaryFolder } from '../store/temporaryFolder.ts';

/** Something that is no host listens at an endpoint. */
async function makeListener(t: TestContext, onConnection: (socket: Socket) => void) {
  const endpoint = join(await temporaryFolder(t), 'x.sock');
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    onConnection(socket);
  });
  await new Promise<void>(resolve => server.listen(endpoint, resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const file = { v: 1 as const, pid: 1, start_time: '', endpoint, key: 'k', version: '0', protocol: 1 };
  return { ...file, workspace: '/' };
}

test('a host that serves answers, whatever the protocol it speaks', async t => {
  const { serve, read } = await makeServedStore(t);
  await serve();
  const file = parseHostFile(await read('host.json'));
  assert.ok(file);
  assert.equal(await askHost({ ...file, protocol: 99 }, '0'), 'answers');
  assert.equal(await askHost({ ...file, key: 'another' }, '0'), 'unreachable');
});

test('who takes the connection and says nothing is silent', async t => {
  assert.equal(await askHost(await makeListener(t, () => undefined), '0', 50), 'silent');
});

test('who closes, says something else, or is not there, is not reached', async t => {
  for (const answer of ['HTTP/1.1 400 Bad Request\r\n\r\n', frame('no JSON'), frame({ id: 0, result: {} })]) {
    assert.equal(
      await askHost(await makeListener(t, socket => void socket.write(answer)), '0'),
      'unreachable',
    );
  }
  assert.equal(await askHost(await makeListener(t, socket => void socket.end()), '0'), 'unreachable');
  const file = await makeListener(t, () => undefined);
  await rm(file.endpoint);
  assert.equal(await askHost(file, '0'), 'unreachable');
  assert.equal(await askHost({ ...file, endpoint: '\\\\elsewhere\\pipe\\x' }, '0'), 'unreachable');
});
