import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { waitFor } from '../../support/waitFor.ts';
import { callBody, makeDoors, raw } from './doorsHarness.ts';

const module = new URL('../../../src/tools/mcp/toolDoors.ts', import.meta.url).href;

/** Opens the endpoint and has nothing else to do. */
const program = `
  const { openToolDoors } = await import(${JSON.stringify(module)});
  const doors = await openToolDoors(() => { throw new Error('nothing is served'); });
  console.log(doors.open('thread-one').url);
  await new Promise(resolve => process.stdin.once('data', resolve));
  process.stdin.destroy();
`;

test('neither the endpoint nor a connection to it keeps a process alive', async t => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill());
  const exited = once(child, 'exit');
  const [url] = await once(createInterface(child.stdout), 'line');
  const { port, host } = new URL(String(url));
  const socket = connect(Number(port), '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => undefined);
  // One request is answered, the next one never ends.
  socket.write(`GET /mcp HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await once(socket, 'data');
  socket.write(`POST /mcp HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 100\r\n\r\n`);
  await once(socket, 'data');
  child.stdin.end('go');
  assert.deepEqual(await exited, [0, null]);
});

test('closing ends the calls under way and the connections, and may be done twice', async t => {
  let begun = 0;
  const onServe = () => {
    begun += 1;
  };
  const { doors, spawn: start, log } = await makeDoors(t, { onServe });
  const { id } = await start({ role: 'master' });
  const endpoint = doors.open(id);
  const waiting = raw(endpoint, { body: callBody('wait_threads', { thread_ids: [id] }) });
  waiting.catch(() => undefined);
  await waitFor('it to wait', () => begun === 1);
  await doors.close();
  await assert.rejects(waiting);
  await doors.close();
  await assert.rejects(raw(endpoint, {}), /ECONNREFUSED/);
  assert.deepEqual(log, []);
});
