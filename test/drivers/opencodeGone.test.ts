import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeApi } from '../../src/providers/opencode/api.ts';
import { makeSessionRoutes } from '../../src/providers/opencode/sessionRoutes.ts';
import type { OpencodeServer } from '../../src/providers/opencode/startServer.ts';
import { OpencodeTurn } from '../../src/providers/opencode/turn.ts';
import { ServerPool } from '../../src/providers/process/serverPool.ts';
import { recordingSink } from './harness.ts';
import { turnRequest } from './turnRequest.ts';

test('opencode: a turn that is over is not kept by its server', async () => {
  const listeners = new Set<unknown>();
  let heard = 0;
  const server: OpencodeServer = {
    api: makeApi('http://127.0.0.1:9', 'pw'),
    process: { pid: 1, start_time: '1', name: 'opencode serve', shared: true },
    plugin: { file: '/nowhere', bind: async () => undefined },
    routes: makeSessionRoutes(),
    descendants: { enter: () => async () => undefined },
    isAlive: () => true,
    onGone: listener => {
      heard += 1;
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    gone: new Promise(() => undefined),
    close: async () => undefined,
  };
  const pool = new ServerPool(async () => server, 1_000);
  const context = {
    environment: {},
    workspace: '/w',
    runtimeDir: '/r',
    binary: undefined,
    log: () => undefined,
  };
  const request = turnRequest('/w');
  const { sink } = recordingSink();
  const end = await new OpencodeTurn(request, sink, { context, pool, silenceMs: 1_000 }).ended;
  // Nobody listens there.
  assert.equal(end.outcome, 'failed');
  assert.deepEqual([heard, listeners.size], [1, 0]);
  await pool.close();
});
