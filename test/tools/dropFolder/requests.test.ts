import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, open, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { waitFor } from '../../support/waitFor.ts';
import { prepare } from '../toolHarness.ts';
import { errorIn, makeDropHarness, spawnCall, threadIn } from './dropHarness.ts';

test('a request is answered once, in a file beside it, and nothing else stays', async t => {
  const { serveKnown, drop, result, files, kept } = await makeDropHarness(t);
  const { store } = await serveKnown();
  await drop('one', spawnCall('one'));
  const id = threadIn(await result('one'));
  assert.equal(store.get(id)?.permission_mode, 'ask');
  assert.equal(store.threads().size, 1);
  await waitFor('the folder to be empty', async () => (await kept()).length === 0);
  assert.deepEqual(await files(), ['one.result.json']);
});

test('many at once are answered in the order in which they were written', async t => {
  const { serveKnown, drop, result } = await makeDropHarness(t);
  const { store } = await serveKnown();
  const names = Array.from({ length: 120 }, (_, index) => `many-${index}`);
  for (const name of names) await drop(name, spawnCall(name));
  const ids = new Set<string>();
  for (const name of names) ids.add(threadIn(await result(name)));
  assert.equal(ids.size, names.length);
  assert.deepEqual(
    [...store.threads().values()].map(thread => thread.task_name),
    names,
  );
});

test('an earlier result of the same name is replaced, and an earlier request of it is answered first', async t => {
  const { serveKnown, drop, result, inRequests } = await makeDropHarness(t);
  const { store } = await serveKnown();
  await drop('same', spawnCall('first'));
  const first = threadIn(await result('same'));
  await drop('same', {
    tool: 'wait_threads',
    args: { thread_ids: [first], timeout_s: 1 },
  });
  await waitFor('the wait to be taken', () =>
    stat(inRequests('same.json')).then(
      () => false,
      () => true,
    ),
  );
  await rm(inRequests('same.result.json'));
  await drop('same', spawnCall('second'));
  assert.partialDeepStrictEqual(await result('same'), { ok: true, result: { timed_out: true } });
  await waitFor('the second thread', () => store.threads().size === 2);
  await waitFor('its result', async () =>
    (await readFile(inRequests('same.result.json'), 'utf8')).includes('thread-second'),
  );
});

test('a wait of a request is cut as an agent’s is, and its result says how to wait on', async t => {
  const { serveKnown, drop, result, kept } = await makeDropHarness(t);
  const { store } = await serveKnown();
  await drop('start', spawnCall('start'));
  const thread_id = threadIn(await result('start'));
  await prepare(store, { id: thread_id, turn: store.get(thread_id)?.queue[0]?.id ?? '' });
  const { setTimeout: real } = globalThis;
  // Its time passes at once; all others go as ever.
  t.mock.method(globalThis, 'setTimeout', (work: () => void, ms?: number) =>
    real(work, ms === 45_000 ? 0 : ms),
  );
  await drop('wait', { tool: 'wait_threads', args: { thread_ids: [thread_id], timeout_s: 24 * 3600 } });
  const reply = await result('wait');
  assert.partialDeepStrictEqual(reply, {
    ok: true,
    result: {
      timed_out: true,
      still_running: [thread_id],
      note: 'One call waits 45 s at most. To wait on, call wait_threads again with this `cursor`.',
    },
  });
  assert.equal(typeof (reply.ok && (reply.result as { cursor?: string }).cursor), 'string');
  await waitFor('nothing to be left of it', async () => (await kept()).length === 0);
});

test('a request that is still being written is left until it is complete', async t => {
  const { serveKnown, result, inRequests, kept } = await makeDropHarness(t);
  const { store, folder } = await serveKnown();
  const text = JSON.stringify(spawnCall('slow'));
  const handle = await open(inRequests('slow.json'), 'w');
  await handle.write(text.slice(0, 20));
  // Another request has been answered by then: the half one was looked at and left.
  await writeFile(inRequests('other.json'), JSON.stringify(spawnCall('other')));
  await result('other');
  assert.deepEqual([await kept(), store.threads().size, folder.isBusy], [[], 1, false]);
  await handle.write(text.slice(20));
  await handle.close();
  threadIn(await result('slow'));
});

test('what stays broken gets an error and lies beside it again, whatever it is', async t => {
  const { serveKnown, drop, result, inRequests, files, workspace } = await makeDropHarness(t);
  const { store } = await serveKnown();
  await writeFile(join(workspace, 'elsewhere.json'), JSON.stringify(spawnCall('evil')));
  await symlink(join(workspace, 'elsewhere.json'), inRequests('link.json'));
  await symlink('/dev/zero', inRequests('device.json'));
  const broken = {
    half: '{"tool": "spawn_thread", "args": {',
    empty: '',
    list: '[]',
    number: '42',
    extra: '{"tool": "list_threads", "and": 1}',
    huge: `{"tool": "list_threads", "args": {"x": "${'x'.repeat(1024 * 1024)}"}}`,
  };
  for (const [name, text] of Object.entries(broken)) await drop(name, text);
  await writeFile(inRequests('binary.json'), Buffer.from([0x22, 0xff, 0xfe, 0x22]));
  const names = ['link', 'device', 'binary', ...Object.keys(broken)];
  for (const name of names) assert.equal(errorIn(await result(name)), 'invalid_arguments', name);
  assert.equal(store.threads().size, 0);
  const expected = names.flatMap(name => [`${name}.json.refused`, `${name}.result.json`]).sort();
  await waitFor('all to be put aside', async () => (await files()).length === expected.length);
  assert.deepEqual(await files(), expected);
  assert.equal(await readFile(inRequests('half.json.refused'), 'utf8'), broken.half);
});

test('what is no request is left alone and stops nothing', async t => {
  const { serveKnown, drop, result, inRequests, files } = await makeDropHarness(t);
  await mkdir(inRequests('folder.json'));
  execFileSync('mkfifo', [inRequests('pipe.json')]);
  const { store, logged } = await serveKnown();
  const call = JSON.stringify(spawnCall('never'));
  const left = [
    'with space.json',
    'x.result.json',
    'X.RESULT.json',
    '.hidden.json',
    'a.txt',
    `${'n'.repeat(101)}.json`,
  ];
  for (const file of left) await writeFile(inRequests(file), call);
  if (process.getuid?.() === 0) {
    execFileSync('chown', ['65534', inRequests('a.txt')]);
    await rename(inRequests('a.txt'), inRequests('foreign.json'));
  }
  await drop('good', spawnCall('good'));
  threadIn(await result('good'));
  assert.equal(store.threads().size, 1);
  const found = await files();
  for (const file of ['folder.json', 'pipe.json', ...left.filter(file => file !== 'a.txt')])
    assert.ok(found.includes(file), file);
  assert.ok(
    logged.some(line => line.includes('folder.json is no file; it is left alone')),
    logged.join('\n'),
  );
  assert.equal(found.includes('foreign.json'), process.getuid?.() === 0);
});

test('an error of the tool is the result, and the request is done with', async t => {
  const { serveKnown, drop, result, files, kept } = await makeDropHarness(t);
  await serveKnown();
  await drop('unknown', { tool: 'nope' });
  await drop('wrong', { tool: 'get_thread', args: { thread_id: 'thread-not-there' } });
  assert.deepEqual(
    [errorIn(await result('unknown')), errorIn(await result('wrong'))],
    ['invalid_arguments', 'not_found'],
  );
  await waitFor('the folder to be empty', async () => (await kept()).length === 0);
  assert.deepEqual(await files(), ['unknown.result.json', 'wrong.result.json']);
});

test('too many within a short time are refused as such, and none of them is lost', async t => {
  const { serveKnown, drop, result, inRequests } = await makeDropHarness(t);
  await serveKnown();
  const names = Array.from({ length: 400 }, (_, index) => `flood-${index}`);
  await Promise.all(names.map(name => drop(name, { tool: 'list_threads' })));
  const codes: string[] = [];
  for (const name of names) codes.push(errorIn(await result(name)));
  const refused = names.filter((_, index) => codes[index] === 'rate_limited');
  assert.ok(refused.length > 0 && refused.length <= 100, `${refused.length} were refused`);
  assert.ok(codes.every(code => code === 'ok' || code === 'rate_limited'));
  const [first = ''] = refused;
  assert.equal(await readFile(inRequests(`${first}.json.refused`), 'utf8'), '{"tool":"list_threads"}');
});

test('a folder that is removed under a living host is made again and listened to', async t => {
  const { serveKnown, drop, result, requests, drops, workspace } = await makeDropHarness(t);
  await serveKnown();
  await rename(requests, join(workspace, 'away'));
  await rename(drops, join(workspace, 'away', 'drops'));
  await waitFor('the folder', () =>
    stat(join(requests, '.gitignore')).then(
      () => true,
      () => false,
    ),
  );
  await drop('again', spawnCall('again'));
  threadIn(await result('again'));
});

test('a link in the place of the folder is not followed', async t => {
  const { serveKnown, requests, workspace, drop } = await makeDropHarness(t);
  // Before there is a host: one that runs would bring the folder back between the two.
  await rm(requests, { recursive: true });
  await mkdir(join(workspace, 'other'));
  await symlink(join(workspace, 'other'), requests);
  const { store, logged } = await serveKnown();
  await drop('through', spawnCall('through'));
  await waitFor('the host to say so', () =>
    logged.some(line => line.includes('something else is in its place')),
  );
  assert.equal(store.threads().size, 0);
  await stat(join(workspace, 'other', 'through.json'));
});

test('whitespace that comes after the request was taken changes nothing', async t => {
  const { serveKnown, result, inRequests } = await makeDropHarness(t);
  const { store } = await serveKnown();
  const handle = await open(inRequests('tail.json'), 'w');
  await handle.write(JSON.stringify(spawnCall('tail')));
  await result('tail');
  await handle.write('\n}');
  await handle.close();
  await appendFile(inRequests('tail.result.json'), '');
  assert.equal(store.threads().size, 1);
});
