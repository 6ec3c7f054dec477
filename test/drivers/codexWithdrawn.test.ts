import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import { Conversation } from '../../src/providers/codex/conversation.ts';
import { parseNotification } from '../../src/providers/codex/notifications.ts';
import type { PermissionAnswer } from '../../src/providers/driver.ts';
import { installClis } from '../clis/installClis.ts';
import { makeCodexHarness, script } from './codexHarness.ts';
import { makeAppServer } from './codexServerDouble.ts';
import { recordingSink } from './harness.ts';
import { turnRequest } from './turnRequest.ts';

/** A person who has not answered yet; as the host does, it rejects when nobody needs the answer any more. */
function makeDesk() {
  const asked = Promise.withResolvers<AbortSignal>();
  const answer = Promise.withResolvers<PermissionAnswer>();
  return {
    permission: (_request: unknown, signal: AbortSignal): Promise<PermissionAnswer> => {
      const withdrawn = () => answer.reject(new DockError('cancelled', 'Withdrawn.'));
      if (signal.aborted) withdrawn();
      signal.addEventListener('abort', withdrawn);
      asked.resolve(signal);
      return answer.promise;
    },
    asked: asked.promise,
    answer: answer.resolve,
  };
}

/** Resolves when the signal is aborted, also if it is already. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });
}

/** Codex as it is, which on `settle` says of the permission it asks for that this is settled, as if somebody else had answered. */
async function settlingCodex(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'dock-settle-'));
  t.after(() => rm(folder, { recursive: true }));
  const sign = join(folder, 'sign');
  await writeFile(
    join(folder, 'between.mjs'),
    `import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
const say = text => process.stdout.write(text + '\\n');
const settle = (threadId, requestId) => {
  if (!existsSync(${JSON.stringify(sign)})) return setTimeout(settle, 20, threadId, requestId).unref();
  say(JSON.stringify({ method: 'serverRequest/resolved', params: { threadId, requestId } }));
};
for await (const line of createInterface({ input: process.stdin })) {
  say(line);
  if (!line.includes('"item/commandExecution/requestApproval"')) continue;
  const { id, params } = JSON.parse(line);
  settle(params.threadId, id);
}
`,
  );
  const binary = join(folder, 'codex');
  const { codex } = await installClis();
  const lines = ['#!/bin/sh', `'${codex}' "$@" | node '${join(folder, 'between.mjs')}'`, ''];
  await writeFile(binary, lines.join('\n'), { mode: 0o755 });
  return { binary, settle: () => writeFile(sign, '') };
}

test('a permission that Codex takes back is needed by nobody, and its late answer goes nowhere', async t => {
  const { binary, settle } = await settlingCodex(t);
  const { start, workspace } = await makeCodexHarness(t, { binary });
  const desk = makeDesk();
  const command = { cmd: 'echo x > x.txt', sandbox_permissions: 'require_escalated', justification: 'so' };
  const { turn } = start(script(`tool exec_command ${JSON.stringify(command)}`, 'say Never.'), {
    permissionMode: 'ask',
    permission: desk.permission,
  });
  const early = turn.ended.then(end => {
    throw new Error(`The turn ended before its question was taken back: ${JSON.stringify(end)}`);
  });
  early.catch(() => undefined);
  const signal = await Promise.race([desk.asked, early]);
  await settle();
  await Promise.race([aborted(signal), early]);
  desk.answer({ allow: true });
  // The Codex behind it still waits: had the answer reached it, the command would run.
  await turn.interrupt();
  assert.equal((await turn.ended).outcome, 'interrupted');
  assert.equal(existsSync(join(workspace, 'x.txt')), false);
});

const request = turnRequest('/w');

function makeTalk() {
  const desk = makeDesk();
  const { sink, permissions } = recordingSink({ permission: desk.permission });
  const stop = new AbortController();
  const conversation = new Conversation(request, sink, { silenceMs: 60_000, stop });
  const said: unknown[] = [];
  const server = makeAppServer({
    respond: (id, result) => void said.push([id, result]),
    refuse: (id, message) => void said.push([id, message]),
  });
  const listener = conversation.listenerFor(server);
  const hear = (method: string, params: object) => {
    const notification = parseNotification(method, { threadId: 's', turnId: 'u', ...params });
    assert.ok(typeof notification !== 'string', method);
    listener.notification(notification);
  };
  conversation.begin('u');
  return {
    desk,
    said,
    permissions,
    conversation,
    hear,
    ask: (id: number) =>
      listener.request(id, 'item/commandExecution/requestApproval', {
        threadId: 's',
        turnId: 'u',
        command: 'make',
      }),
  };
}

test('a turn that ends while it asks takes its question back, whenever Codex says that this is settled', async () => {
  const { desk, said, permissions, conversation, hear, ask } = makeTalk();
  ask(7);
  const signal = await desk.asked;
  assert.equal(signal.aborted, false);
  hear('turn/completed', { turn: { id: 'u', status: 'completed' } });
  assert.equal(signal.aborted, true);
  await conversation.completed;
  // Codex tells of what it gave up after the end of the turn.
  hear('serverRequest/resolved', { requestId: 7 });
  // What is asked even later is asked of nobody.
  ask(8);
  desk.answer({ allow: true });
  await new Promise(resolve => setImmediate(resolve));
  assert.deepEqual([said, permissions.length], [[], 1]);
  assert.equal(conversation.end(undefined).outcome, 'completed');
});

test('only the question that was taken back is, and the turn goes on', async () => {
  const { desk, said, conversation, hear, ask } = makeTalk();
  ask(7);
  const signal = await desk.asked;
  hear('serverRequest/resolved', { requestId: 6 });
  assert.equal(signal.aborted, false);
  hear('serverRequest/resolved', { requestId: 7 });
  assert.equal(signal.aborted, true);
  hear('turn/completed', { turn: { id: 'u', status: 'completed' } });
  await conversation.completed;
  assert.deepEqual(said, []);
  assert.equal(conversation.end(undefined).outcome, 'completed');
});
