import assert from 'node:assert/strict';
import { test } from 'node:test';
import { largestBody } from '../../../src/tools/mcp/gate.ts';
import { callBody, makeDoors, type RawRequest, raw } from './doorsHarness.ts';

const list = callBody('list_threads', {});

async function makeDoor(t: Parameters<typeof makeDoors>[0]) {
  const made = await makeDoors(t);
  const { id } = await made.spawn();
  const endpoint = made.doors.open(id);
  return { ...made, id, endpoint, port: new URL(endpoint.url).port };
}

const hostile: readonly (readonly [string, (port: string) => RawRequest, number])[] = [
  ['a page in a browser', () => ({ headers: { origin: 'https://evil.example' } }), 403],
  ['a page of a local server', port => ({ headers: { origin: `http://localhost:${port}` } }), 403],
  ['a page without an origin to name', () => ({ headers: { origin: 'null' } }), 403],
  ['a name bent to loopback', port => ({ headers: { host: `evil.example:${port}` } }), 403],
  ['a name that only begins well', port => ({ headers: { host: `127.0.0.1.evil.example:${port}` } }), 403],
  ['another port', () => ({ headers: { host: '127.0.0.1:1' } }), 403],
  ['another path', () => ({ path: '/' }), 404],
  ['a path below', () => ({ path: '/mcp/x' }), 404],
  ['a discovery of OAuth', () => ({ method: 'GET', path: '/.well-known/oauth-protected-resource' }), 404],
  ['a stream to follow', () => ({ method: 'GET' }), 405],
  ['the end of a session', () => ({ method: 'DELETE' }), 405],
  ['a preflight', () => ({ method: 'OPTIONS' }), 405],
  ['no JSON', () => ({ headers: { 'content-type': 'text/plain' } }), 415],
  ['half a body', () => ({ body: list.slice(0, 40) }), 400],
];

for (const [what, request, status] of hostile) {
  test(`${what} gets ${status}, and nothing is called`, async t => {
    const { endpoint, port, id, store, log } = await makeDoor(t);
    const report = callBody('report', { summary: 'SECRET-PROMPT' });
    const reply = await raw(endpoint, { body: report, ...request(port) });
    assert.equal(reply.status, status);
    assert.doesNotMatch(reply.text, /SECRET-PROMPT/);
    assert.equal(store.get(id)?.report, undefined);
    assert.deepEqual(log, []);
  });
}

test('the names of loopback with the right port are served, and a method that is not is told which is', async t => {
  const { endpoint, port } = await makeDoor(t);
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`]) {
    assert.equal((await raw(endpoint, { headers: { host }, body: list })).status, 200);
  }
  assert.equal((await raw(endpoint, { method: 'DELETE' })).headers.allow, 'POST');
});

test('a missing, wrong, shut or another host’s token, and one of a thread that is gone, get the same answer', async t => {
  const { endpoint, doors, id } = await makeDoor(t);
  const other = await makeDoor(t);
  const shut = doors.open(id);
  doors.shut(shut);
  const wrong = [
    '',
    'Bearer',
    'Bearer x',
    `Basic ${endpoint.token}`,
    endpoint.token,
    `Bearer ${endpoint.token}x`,
    `Bearer ${shut.token}`,
    `Bearer ${other.endpoint.token}`,
    `Bearer ${doors.open('thread-that-is-gone').token}`,
  ];
  const replies = await Promise.all(
    wrong.map(authorization => raw(endpoint, { headers: { authorization }, body: list })),
  );
  for (const reply of replies) {
    assert.deepEqual([reply.status, reply.headers['www-authenticate']], [401, 'Bearer']);
    assert.equal(reply.text, replies[0]?.text);
    assert.match(reply.text, /"code":"unauthorized"/);
  }
});

test('a large argument passes, one beyond the limit is refused before it is read', async t => {
  const { endpoint, id, store } = await makeDoor(t);
  const large = 'a'.repeat(2 * 1024 * 1024);
  const passed = await raw(endpoint, { body: callBody('report', { summary: large }) });
  assert.match(passed.text, /\\"recorded\\":true/);
  const kept = store.get(id)?.report?.summary;
  assert.equal(kept === undefined ? 0 : (await store.getText(kept)).length, large.length);
  const refused = await raw(endpoint, { headers: { 'content-length': String(largestBody + 1) } });
  assert.equal(refused.status, 413);
  assert.match(refused.text, /"code":"limit_reached"/);
  const chunked = { 'transfer-encoding': 'chunked' };
  assert.equal((await raw(endpoint, { headers: chunked, body: 'a'.repeat(largestBody + 1) })).status, 413);
  assert.equal((await raw(endpoint, { body: list })).status, 200);
});
