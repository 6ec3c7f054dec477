import assert from 'node:assert/strict';
import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readHostFile } from '../../src/client/hostFile.ts';
import { wireFleetSchema } from '../../src/client/wireThread.ts';
import { toolErrorSchema } from '../../src/contracts/errors.ts';
import { isLocalEndpoint } from '../../src/core/localEndpoint.ts';
import { makeThread } from '../core/makeThread.ts';
import { temporaryFolder } from '../store/temporaryFolder.ts';

test('a thread of a newer host does not hide the others, and an unknown state is shown with its name', () => {
  const known = makeThread({ id: 'thread-known' });
  const strange = { ...makeThread({ id: 'thread-strange' }), state: 'dreaming', mood: 'fine' };
  const alien = { ...makeThread({ id: 'thread-alien' }), provider: 'somebody_new' };
  const fleet = { epoch: 1, gseq: 2, snapshot: true, capacity: 6, threads: [alien, strange, known, 42] };
  const { threads } = wireFleetSchema.parse(fleet);
  assert.deepEqual(
    threads.map(({ id, state }) => [id, state]),
    [
      ['thread-strange', 'paused'],
      ['thread-known', 'completed'],
    ],
  );
  assert.match(threads[0]?.reason ?? '', /dreaming/);
});

test('an error with a code of a newer version keeps its message', () => {
  const error = { code: 'out_of_coffee', message: 'Make some.', retryable: true };
  assert.deepEqual(toolErrorSchema.parse(error), { ...error, code: 'unknown' });
});

test('the endpoint of another folder’s host, come along with a copy, is not followed', async t => {
  const folder = await realpath(await temporaryFolder(t));
  const state = join(folder, '.agentdock', 'state');
  await mkdir(state, { recursive: true });
  const file = { v: 1, pid: 1, start_time: '', endpoint: '/run/x.sock', key: 'k', version: '0', protocol: 1 };
  await writeFile(join(state, 'host.json'), JSON.stringify({ ...file, workspace: '/somewhere/else' }));
  assert.equal(await readHostFile(folder), undefined);
  await writeFile(join(state, 'host.json'), JSON.stringify({ ...file, workspace: folder }));
  assert.equal((await readHostFile(folder))?.pid, 1);
  const link = join(await temporaryFolder(t), 'link');
  await symlink(folder, link);
  assert.equal((await readHostFile(link))?.pid, 1);
});

test('a pipe of another machine is no endpoint', () => {
  assert.equal(isLocalEndpoint('\\\\.\\pipe\\agentdock-0a1b', 'win32'), true);
  assert.equal(isLocalEndpoint('\\\\elsewhere\\pipe\\agentdock-0a1b', 'win32'), false);
  assert.equal(isLocalEndpoint('\\\\.\\pipe\\..\\x', 'win32'), false);
  assert.equal(isLocalEndpoint('relative.sock', 'linux'), false);
});
