import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { isRefusedBy } from '../../src/providers/codex/answerQuestion.ts';
import { TerminalTalk } from '../../src/providers/codex/native/terminalTalk.ts';
import { parseNotification } from '../../src/providers/codex/notifications.ts';
import type { TurnRequest } from '../../src/providers/driver.ts';
import { makeAppServer } from './codexServerDouble.ts';
import { recordingSink, type SinkAnswers } from './harness.ts';
import { turnRequest } from './turnRequest.ts';

const request = turnRequest('/w', { messageId: 'message', prompt: 'go' });

const callSchema = z.looseObject({
  clientUserMessageId: z.string().optional(),
  input: z.array(z.looseObject({ text: z.string() })).default([]),
});

function makeTalk(changes: Partial<TurnRequest> = {}, answers: SinkAnswers = {}) {
  const { sink, events } = recordingSink(answers);
  const words: string[] = [];
  const said: unknown[] = [];
  const calls: { readonly method: string; readonly params: z.infer<typeof callSchema> }[] = [];
  const talk = new TerminalTalk({
    ...{ request: { ...request, ...changes }, sink },
    isAskedThere: id => id === 'asked there',
    onWord: () => void words.push('word'),
    onTurn: () => undefined,
    onRest: () => undefined,
    fail: error => assert.fail(error),
  });
  const server = makeAppServer({
    call: async (method, params, schema) => {
      calls.push({ method, params: callSchema.parse(params) });
      said.push(method);
      return schema.parse({});
    },
    respond: (id, result) => void said.push([id, result]),
    refuse: (id, message) => void said.push([id, message]),
  });
  const listener = talk.listenerFor(server);
  const hear = (method: string, params: object) => {
    const notification = parseNotification(method, { threadId: 's', turnId: 'u', ...params });
    assert.ok(typeof notification !== 'string', method);
    listener.notification(notification);
  };
  const tell = (clientId: string | undefined, text: string) =>
    hear('item/started', {
      item: { id: 'i', type: 'userMessage', clientId, content: [{ type: 'text', text }] },
    });
  const steered = () => events.flatMap(event => (event.type === 'steered' ? event.text : []));
  const settled = () => new Promise(resolve => setImmediate(resolve));
  return { talk, listener, hear, tell, words, said, calls, events, steered, settled };
}

const command = { threadId: 's', turnId: 'u', command: 'make' };

test('the reason of a refusal is no word of the person’s', async () => {
  const { talk, listener, hear, tell, words, calls, steered, settled } = makeTalk(
    {},
    {
      permission: () => ({ allow: false, reason: 'not now' }),
    },
  );
  const signal = talk.nextWord();
  hear('turn/started', { turn: { id: 'u' } });
  listener.request(7, 'item/commandExecution/requestApproval', command);
  await settled();
  const [steer] = calls;
  assert.equal(steer?.method, 'turn/steer');
  tell(steer.params.clientUserMessageId, steer.params.input[0]?.text ?? '');
  assert.deepEqual([words, steered(), signal.aborted], [[], [], false]);
  tell(undefined, 'typed');
  assert.deepEqual([words, steered(), signal.aborted], [['word'], [{ text: 'typed' }], true]);
});

test('read_only refuses at once, and its reason follows', async () => {
  const { listener, said, settled } = makeTalk({ permissionMode: 'read_only' });
  listener.request(7, 'item/commandExecution/requestApproval', command);
  await settled();
  listener.request(8, 'item/unheardOf', command);
  await settled();
  assert.deepEqual(said, [
    [7, { decision: 'decline' }],
    'turn/steer',
    [8, 'AgentDock does not know this request.'],
  ]);
});

test('what AgentDock cannot ask is left to the terminal where that asks it, and refused where it does not', async () => {
  const { listener, said, settled } = makeTalk();
  listener.request('asked there', 'item/unheardOf', command);
  listener.request(8, 'item/unheardOf', command);
  await settled();
  assert.deepEqual(said, [[8, 'AgentDock does not know this request.']]);
});

test('the mode read_only leaves the terminal nothing but the questions of the model', () => {
  const approval = 'item/commandExecution/requestApproval';
  assert.deepEqual(
    [isRefusedBy('read_only', approval), isRefusedBy('read_only', 'item/tool/requestUserInput')],
    [true, false],
  );
  assert.equal(isRefusedBy('ask', approval), false);
});

test('a message that was under way to a session that is left keeps nothing waiting', async () => {
  const { talk } = makeTalk();
  const taken = talk.expectMessage('one', 'AgentDock: news.');
  talk.endSession();
  await assert.rejects(taken, { code: 'unknown' });
});
