import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import type { RawAnswer } from '../../src/providers/codex/connection.ts';
import {
  type Held,
  heldParams,
  opensAside,
  opensSession,
} from '../../src/providers/codex/native/heldSettings.ts';
import { terminalArguments, terminalEnvironment } from '../../src/providers/codex/native/nativeLaunch.ts';
import { ShownSession } from '../../src/providers/codex/native/shownSession.ts';
import { TerminalClient } from '../../src/providers/codex/native/terminalClient.ts';
import { openTerminalDoor } from '../../src/providers/codex/native/terminalDoor.ts';
import type { Session } from '../../src/providers/codex/session.ts';
import type { Owner } from '../support/owner.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeAppServer } from './codexServerDouble.ts';

const session: Session = {
  id: 's',
  transcriptPath: undefined,
  turnSettings: { approvalPolicy: 'on-request', permissions: 'ours', model: 'm' },
  openSettings: { cwd: '/w', config: { mcp_servers: { agentdock: {} } }, approvalPolicy: 'on-request' },
};
const held: Held = { session, workingDir: '/w', effort: 'high' };

/** Whether the door lets in who comes with these headers. */
function knock(url: string, headers: Readonly<Record<string, string>>): Promise<boolean> {
  const socket = new WebSocket(url, { headers });
  return new Promise(resolve => {
    socket.on('open', () => resolve(true));
    socket.on('error', () => resolve(false));
  });
}

async function openDoor(t: Owner) {
  const entered: unknown[] = [];
  const door = await openTerminalDoor(socket => void entered.push(socket));
  t.after(async () => door.close());
  return { ...door, entered };
}

test('the terminal itself reaches nothing but us', () => {
  const door = { url: 'ws://127.0.0.1:4711', token: 'secret', close: () => undefined };
  const environment = terminalEnvironment(
    { https_proxy: 'http://proxy.example', NO_PROXY: '*' },
    door,
    'thread-one',
  );
  assert.partialDeepStrictEqual(environment, {
    ...{
      HTTPS_PROXY: 'http://127.0.0.1:9',
      https_proxy: 'http://127.0.0.1:9',
      AGENTDOCK_THREAD: 'thread-one',
    },
  });
  assert.deepEqual([environment['NO_PROXY'], environment['no_proxy']], ['127.0.0.1', '127.0.0.1']);
  assert.ok(!terminalArguments(door, 'session').join(' ').includes(door.token));
});

test('the door opens for who knows the secret, once, and for no page and no other name', async t => {
  const { url, token, entered } = await openDoor(t);
  const Authorization = `Bearer ${token}`;
  assert.equal(await knock(url, {}), false);
  assert.equal(await knock(url, { Authorization: 'Bearer x' }), false);
  assert.equal(await knock(url, { Authorization, Origin: 'http://127.0.0.1' }), false);
  assert.equal(await knock(url, { Authorization, Host: 'evil.example' }), false);
  assert.equal(entered.length, 0);
  assert.equal(await knock(url, { Authorization }), true);
  assert.equal(await knock(url, { Authorization }), false);
  assert.equal(entered.length, 1);
});

test('who is refused at the door cannot keep it', async t => {
  const { url } = await openDoor(t);
  const socket = createConnection({
    port: Number(new URL(url).port),
    host: '127.0.0.1',
    allowHalfOpen: true,
  });
  t.after(() => void socket.destroy());
  socket.on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  const [answer] = await once(socket, 'data');
  assert.match(String(answer), /^HTTP\/1.1 401/);
  await waitFor('the connection to be over', () => {
    if (!socket.destroyed) socket.write('x');
    return socket.destroyed;
  });
});

test('whatever is chosen in the terminal, a turn there has the mode and the folder of the thread', () => {
  const asked = {
    ...{ threadId: 's', input: [], model: 'chosen', cwd: '/elsewhere' },
    ...{ approvalPolicy: 'never', approvalsReviewer: 'auto', sandboxPolicy: { type: 'dangerFullAccess' } },
    ...{ permissions: ':danger-full-access' },
    collaborationMode: { mode: 'default', settings: { model: 'chosen', reasoning_effort: null } },
  };
  const rights = {
    ...{ approvalPolicy: 'on-request', approvalsReviewer: null },
    ...{ sandboxPolicy: null, permissions: 'ours' },
  };
  assert.deepEqual(heldParams('turn/start', asked, held), {
    ...asked,
    ...rights,
    ...{ cwd: '/w', runtimeWorkspaceRoots: ['/w'] },
    collaborationMode: { mode: 'default', settings: { model: 'chosen', reasoning_effort: 'high' } },
  });
  const chosen = { ...asked.collaborationMode, settings: { model: 'chosen', reasoning_effort: 'low' } };
  assert.partialDeepStrictEqual(heldParams('turn/start', { ...asked, collaborationMode: chosen }, held), {
    collaborationMode: chosen,
  });
  const update = { threadId: 's', permissions: ':danger-full-access', approvalPolicy: 'never', cwd: null };
  assert.deepEqual(heldParams('thread/settings/update', update, held), { ...update, ...rights });
  assert.partialDeepStrictEqual(
    heldParams('thread/settings/update', { ...update, cwd: '/elsewhere' }, held),
    {
      cwd: '/w',
    },
  );
  assert.deepEqual(heldParams('model/list', { cursor: null }, held), { cursor: null });
});

test('a session opened in the terminal gets what the thread has, and none of the terminal’s own tools', () => {
  const asked = {
    sandbox: 'danger-full-access',
    permissions: null,
    config: { own: 1 },
    dynamicTools: [{}],
    model: null,
  };
  assert.deepEqual(heldParams('thread/start', { ...asked, cwd: null }, held), {
    ...{ sandbox: null, permissions: null, approvalsReviewer: null, approvalPolicy: 'on-request' },
    ...{ cwd: '/w', runtimeWorkspaceRoots: ['/w'], model: null, dynamicTools: null },
    config: { own: 1, mcp_servers: { agentdock: {} } },
  });
  // The one that is open already stays as it is.
  const own = { threadId: 's', sandbox: 'danger-full-access', approvalPolicy: 'never', config: { own: 1 } };
  assert.partialDeepStrictEqual(heldParams('thread/resume', own, held), {
    ...{ threadId: 's', sandbox: null, permissions: null, approvalPolicy: null, config: { own: 1 } },
  });
  assert.partialDeepStrictEqual(heldParams('thread/resume', { ...own, threadId: 'other' }, held), {
    ...{ threadId: 'other', sandbox: null, approvalPolicy: 'on-request' },
  });
  assert.deepEqual(
    ['thread/start', 'thread/fork', 'thread/read'].map(method => opensSession(method, { ephemeral: false })),
    [true, true, false],
  );
  assert.equal(opensSession('thread/fork', { ephemeral: true }), false);
  // The mark of a copy made to guess what the person types next frees nothing else.
  const guess = { experimentalPredictionMode: true };
  const calls = ['thread/fork', 'thread/start', 'thread/resume', 'turn/start', 'thread/settings/update'];
  assert.deepEqual(
    calls.filter(method => opensAside(method, guess)),
    ['thread/fork'],
  );
});

function makeClient(mayAsk: (method: string) => boolean = () => true) {
  const toServer: unknown[] = [];
  const toTerminal: unknown[] = [];
  const decided: unknown[] = [];
  const answers: ((answer: RawAnswer) => void)[] = [];
  const left: string[] = [];
  const server = makeAppServer(
    {
      relay: (method, params, answered) => {
        toServer.push([method, params]);
        answers.push(answered);
      },
      respond: (id, result) => void toServer.push([id, result]),
      refuse: (id, message) => void toServer.push([id, message]),
    },
    {
      greeting: { userAgent: 'codex' },
      listen: id => left.push(`listen ${id}`) > 0,
      unlisten: id => void left.push(`unlisten ${id}`),
    },
  );
  const listener = {
    notification: () => undefined,
    request: () => undefined,
    unparsed: () => undefined,
    lost: () => undefined,
  };
  const shown = new ShownSession({
    request: { workingDir: '/w', effort: undefined },
    ...{ server, listener, session },
    onLeft: () => void left.push('left'),
    onShown: () => void left.push('shown'),
  });
  const client = new TerminalClient({
    server: () => server,
    mayAsk,
    send: text => void toTerminal.push(JSON.parse(text)),
    change: (method, params) => shown.change(method, params),
    answered: (method, params, result) => shown.answered(method, params, result),
    decided: id => void decided.push(id),
  });
  const say = (frame: object) => client.receive(JSON.stringify(frame));
  return { client, say, shown, toServer, toTerminal, decided, answers, left };
}

test('of two answers to what the server asks the first one counts', () => {
  const { client, say, toServer, toTerminal, decided } = makeClient();
  client.request(7, 'item/commandExecution/requestApproval', { threadId: 's' });
  client.request(8, 'item/commandExecution/requestApproval', { threadId: 's' });
  client.request(9, 'item/commandExecution/requestApproval', { threadId: 's' });
  assert.equal(toTerminal.length, 3);
  assert.equal(client.isAsked, true);
  say({ id: 7, result: { decision: 'accept' } });
  assert.equal(client.settle(7), false);
  assert.equal(client.settle(8), true);
  say({ id: 8, result: { decision: 'accept' } });
  client.notification(
    JSON.stringify({ method: 'serverRequest/resolved', params: { threadId: 's', requestId: 9 } }),
  );
  say({ id: 9, result: { decision: 'accept' } });
  say({ id: 10, result: { decision: 'accept' } });
  assert.deepEqual(toServer, [[7, { decision: 'accept' }]]);
  assert.deepEqual(decided, [7]);
  assert.equal(client.isAsked, false);
});

test('what the terminal is not to ask is answered by us alone', () => {
  const { client, say, toServer, toTerminal } = makeClient(method => method === 'item/tool/requestUserInput');
  assert.equal(client.request(7, 'item/commandExecution/requestApproval', { threadId: 's' }), false);
  assert.deepEqual([toTerminal, client.isAsked, client.asks(7)], [[], false, false]);
  say({ id: 7, result: { decision: 'accept' } });
  assert.deepEqual(toServer, []);
  assert.equal(client.settle(7), true);
  assert.equal(client.request(8, 'item/tool/requestUserInput', { threadId: 's' }), true);
  assert.deepEqual([toTerminal.length, client.isAsked, client.asks(8)], [1, true, true]);
});

test('calls of the terminal go through us, and where it goes to another session we follow', () => {
  const { client, say, shown, toServer, toTerminal, answers, left } = makeClient();
  say({ id: 'initialize', method: 'initialize', params: {} });
  say({ method: 'initialized' });
  client.receive('not a frame');
  assert.deepEqual(toTerminal, [{ id: 'initialize', result: { userAgent: 'codex' } }]);
  assert.deepEqual(toServer, []);
  say({ id: 1, method: 'thread/resume', params: { threadId: 's' } });
  answers[0]?.({ result: { thread: { id: 's' } } });
  assert.deepEqual(left, ['shown']);
  // A title is made in a session beside it, with rights of its own.
  const aside = { ephemeral: true, sandbox: 'read-only' };
  say({ id: 2, method: 'thread/start', params: aside });
  answers[1]?.({ result: { thread: { id: 'aside' } } });
  say({ id: 3, method: 'turn/start', params: { threadId: 'aside', permissions: 'own' } });
  assert.deepEqual(toServer.slice(1), [
    ['thread/start', aside],
    ['turn/start', { threadId: 'aside', permissions: 'own' }],
  ]);
  assert.equal(shown.session.id, 's');
  say({ id: 4, method: 'thread/start', params: { ephemeral: false } });
  answers[3]?.({ result: { thread: { id: 'new', path: '/new.jsonl' } } });
  assert.deepEqual(left, ['shown', 'left', 'unlisten s', 'listen new', 'shown']);
  assert.partialDeepStrictEqual(shown.session, { id: 'new', transcriptPath: '/new.jsonl' });
  say({ id: 5, method: 'thread/read', params: {} });
  answers[4]?.({ error: { code: -32600, message: 'no' } });
  assert.deepEqual(toTerminal.at(-1), { id: 5, error: { code: -32600, message: 'no' } });
});
