import assert from 'node:assert/strict';
import { test } from 'node:test';
import { protocolVersion } from '../../src/contracts/rpc.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeOtherHost } from './otherHost.ts';

const hello = () => ({ epoch: 1, gseq: 0, snapshot: false });

test('a request that an older host does not know is a version mismatch, with the way out', async t => {
  const { client } = await makeOtherHost(t, { requests: { hello } });
  await assert.rejects(client().status(), {
    code: 'version_mismatch',
    retryable: false,
    hint: /host stop --when-idle/,
  });
});

test('a client says which version its host has, where that is another one', async t => {
  const { client } = await makeOtherHost(t, { version: '0.0.9', requests: { hello } });
  const same = client({ version: '0.0.9' });
  const other = client();
  await waitFor('both', () => [same, other].every(({ state }) => state.kind === 'connected'));
  assert.deepEqual(
    [same.state, other.state],
    [
      { kind: 'connected', caller: 'person' },
      { kind: 'connected', caller: 'person', hostVersion: '0.0.9' },
    ],
  );
});

const status = {
  pid: 1,
  version: '9.0.0',
  protocol: 99,
  workspace: '/',
  epoch: 1,
  started_at: '',
  clients: 1,
  active: 0,
  threads: 0,
  damage: [],
};

for (const [what, protocol] of [
  ['newer', protocolVersion + 2],
  ['older', -1],
] as const) {
  test(`a ${what} protocol: nobody works with its host, but it can be shown and stopped`, async t => {
    const asked: unknown[] = [];
    const { client } = await makeOtherHost(t, {
      protocol,
      oldest: protocol,
      requests: {
        status: () => status,
        stop: params => {
          asked.push(params);
          return { stopping: false };
        },
      },
    });
    const refused = { code: 'version_mismatch', retryable: false, hint: /agentdock host stop --when-idle/ };
    const worker = client();
    await assert.rejects(worker.call('list_threads', {}), refused);
    assert.equal(worker.state.kind, 'offline');

    const keeper = client({ anyProtocol: true });
    assert.equal((await keeper.status()).version, '9.0.0');
    await assert.rejects(keeper.call('list_threads', {}), refused);
    assert.equal(await keeper.stop({ whenIdle: true }), false);
    assert.deepEqual(asked, [{ when_idle: true }]);
  });
}

test('who only shows or stops the host asks for no fleet, also when the protocols match', async t => {
  const asked: string[] = [];
  const { client } = await makeOtherHost(t, {
    protocol: protocolVersion,
    requests: {
      hello: () => {
        asked.push('hello');
        return hello();
      },
      stop: () => {
        asked.push('stop');
        return { stopping: false };
      },
    },
  });
  assert.equal(await client({ anyProtocol: true }).stop({ whenIdle: true }), false);
  assert.deepEqual(asked, ['stop']);
});

test('a host that said it stops while it was greeted is forgotten once the next one answers', async t => {
  let greeted = 0;
  const { client } = await makeOtherHost(t, {
    requests: {
      hello: (_params, connection) => {
        greeted += 1;
        if (greeted > 1) return hello();
        // Its socket closes before the answer.
        return connection.sendNotification('stopping', { reason: 'a test' }).then(() => connection.end());
      },
      tool_endpoint: () => ({ url: 'http://127.0.0.1:1/mcp', token: 't' }),
    },
  });
  const connected = client();
  await waitFor('the client', () => connected.state.kind === 'connected');
  assert.equal((await connected.toolEndpoint()).token, 't');
  assert.equal(greeted, 2);
});
