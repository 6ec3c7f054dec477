import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentEvent } from '../../src/contracts/agentEvent.ts';
import type { DockError } from '../../src/contracts/errors.ts';
import { readEvent } from '../../src/providers/opencode/events.ts';
import { messageIdFor } from '../../src/providers/opencode/messageId.ts';
import { makeSessionRoutes } from '../../src/providers/opencode/sessionRoutes.ts';
import { TurnProgress } from '../../src/providers/opencode/turnProgress.ts';

const session = 'ses_root';
const prompt = 'msg_prompt';

/** A turn that hears events in the form the server sends them. */
function makeProgress() {
  const events: AgentEvent[] = [];
  const hopeless: DockError[] = [];
  const progress = new TurnProgress({
    workspace: '/w',
    promptId: prompt,
    emit: event => events.push(event),
    onHopeless: error => hopeless.push(error),
  });
  const hear = (type: string, properties: object, isChild = false): void => {
    const read = readEvent({ directory: '/w', payload: { id: 'evt_1', type, properties } });
    assert.equal(read.kind, 'event', JSON.stringify(read));
    if (read.kind === 'event') progress.event(read.event, isChild);
  };
  const message = (info: object): void =>
    hear('message.updated', {
      sessionID: session,
      info: { sessionID: session, time: { created: 1 }, ...info },
    });
  const part = (fields: object, isChild = false): void =>
    hear(
      'message.part.updated',
      {
        part: { id: 'prt_1', sessionID: session, messageID: 'msg_a', ...fields },
        time: 2,
      },
      isChild,
    );
  message({ id: prompt, role: 'user' });
  message({ id: 'msg_a', role: 'assistant', parentID: prompt, time: { created: 2 } });
  return { progress, events, hopeless, hear, message, part };
}

const tokens = { input: 60, output: 10, reasoning: 2, cache: { read: 40, write: 0 } };

test('opencode: the prompt’s own text is no text of the agent', () => {
  const { events, part } = makeProgress();
  part({ messageID: prompt, type: 'text', text: 'do it' });
  part({ messageID: 'msg_unknown', type: 'text', text: 'whose?' });
  assert.deepEqual(events, []);
});

test('opencode: text is told once, from pieces, wholes and repeats', () => {
  const { events, part, hear } = makeProgress();
  const delta = (text: string) =>
    hear('message.part.delta', {
      sessionID: session,
      messageID: 'msg_a',
      partID: 'prt_1',
      field: 'text',
      delta: text,
    });
  part({ type: 'text', text: '', time: { start: 1 } });
  delta('Hel');
  part({ type: 'text', text: 'Hello', time: { start: 1 } });
  delta(' you');
  part({ type: 'text', text: 'Hello you', time: { start: 1, end: 2 } });
  part({ type: 'text', text: 'Hello you', time: { start: 1, end: 2 } });
  assert.deepEqual(events, [
    { type: 'text', item: 'prt_1', text: 'Hel' },
    { type: 'text', item: 'prt_1', text: 'lo' },
    { type: 'text', item: 'prt_1', text: ' you' },
    { type: 'text', item: 'prt_1', text: '', done: true },
  ]);
});

test('opencode: a tool begins with its input, ends once, and names the files it changed', () => {
  const { events, part } = makeProgress();
  const tool = (state: object, name = 'edit') => part({ type: 'tool', tool: name, callID: 'call_1', state });
  const input = { filePath: '/w/src/a.ts', oldString: 'a', newString: 'b' };
  tool({ status: 'pending', input: {}, raw: '' });
  tool({ status: 'running', input, time: { start: 1 } });
  const metadata = { filediff: { file: '/w/src/a.ts', additions: 1, deletions: 1 } };
  const completed = { status: 'completed', input, output: 'Edit applied.', title: 'a.ts', metadata };
  tool(completed);
  tool(completed);
  assert.deepEqual(events, [
    {
      type: 'tool.started',
      item: 'prt_1',
      name: 'edit',
      title: '/w/src/a.ts',
      input: { text: JSON.stringify(input) },
    },
    { type: 'file.changed', path: 'src/a.ts', kind: 'update' },
    { type: 'tool.ended', item: 'prt_1', status: 'completed', output: { text: 'Edit applied.' } },
  ]);
});

test('opencode: a patch names added, moved and deleted files', () => {
  const { events, part } = makeProgress();
  const files = [
    { filePath: '/w/new.ts', type: 'add' },
    { filePath: '/w/old.ts', type: 'move', movePath: '/w/moved.ts' },
    { filePath: '/elsewhere/gone.ts', type: 'delete' },
  ];
  const state = { status: 'completed', input: {}, output: 'ok', metadata: { files } };
  part({ type: 'tool', tool: 'apply_patch', callID: 'c', state });
  assert.deepEqual(
    events.flatMap(event => (event.type === 'file.changed' ? [`${event.kind} ${event.path}`] : [])),
    ['add new.ts', 'delete old.ts', 'add moved.ts', 'delete /elsewhere/gone.ts'],
  );
});

test('opencode: output that was cut at its beginning is still told once', () => {
  const { events, part } = makeProgress();
  const running = (output: string) =>
    part({
      type: 'tool',
      tool: 'bash',
      callID: 'c',
      state: { status: 'running', input: {}, metadata: { output } },
    });
  for (const output of ['one\n', 'one\ntwo\n', '...\n\ntwo\nthree\n']) running(output);
  const told = events.flatMap(event => (event.type === 'tool.progress' ? [event.text] : []));
  assert.deepEqual(told.slice(0, 2), ['one\n', 'two\n']);
  assert.ok(told[2]?.endsWith('three\n'));
});

test('opencode: tools that never ended are closed as interrupted', () => {
  const { progress, events, part } = makeProgress();
  part({ type: 'tool', tool: 'bash', callID: 'c', state: { status: 'running', input: { command: 'x' } } });
  assert.equal(progress.openTools, 1);
  progress.closeTools();
  progress.closeTools();
  assert.deepEqual(events.at(-1), { type: 'tool.ended', item: 'prt_1', status: 'interrupted' });
  assert.equal(events.length, 2);
  assert.equal(progress.openTools, 0);
});

test('opencode: usage adds up the steps, sub-agents’ too, each once', () => {
  const { progress, part } = makeProgress();
  const step = { type: 'step-finish', reason: 'stop', cost: 0.5, tokens };
  part(step);
  part(step);
  part({ ...step, id: 'prt_child', messageID: 'msg_child' }, true);
  assert.deepEqual(progress.usage(), {
    input_tokens: 200,
    cached_input_tokens: 80,
    output_tokens: 24,
    reasoning_tokens: 4,
    cost_usd: 1,
  });
});

test('opencode: the turn is settled when its last message is answered, not when another one is', () => {
  const { progress, message, part } = makeProgress();
  const ids = [prompt];
  assert.equal(progress.isSettled(ids), false);
  part({ type: 'text', text: 'First', time: { start: 1, end: 2 } });
  message({
    id: 'msg_a',
    role: 'assistant',
    parentID: prompt,
    finish: 'stop',
    time: { created: 2, completed: 3 },
  });
  assert.equal(progress.isSettled(ids), true);
  assert.equal(progress.isSettled([prompt, 'msg_steer']), false);
  message({ id: 'msg_steer', role: 'user', time: { created: 4 } });
  assert.equal(progress.isSettled([prompt, 'msg_steer']), false);
  message({
    id: 'msg_b',
    role: 'assistant',
    parentID: 'msg_steer',
    finish: 'stop',
    time: { created: 5, completed: 6 },
  });
  part({ id: 'prt_2', messageID: 'msg_b', type: 'text', text: 'Second', time: { start: 5, end: 6 } });
  assert.equal(progress.isSettled([prompt, 'msg_steer']), true);
  assert.deepEqual(progress.end(), { outcome: 'completed', result: 'Second' });
});

test('opencode: messages from before the prompt are not the turn’s', () => {
  const { progress, message } = makeProgress();
  message({ id: 'msg_old', role: 'user', time: { created: 0 } });
  message({
    id: 'msg_a',
    role: 'assistant',
    parentID: prompt,
    finish: 'stop',
    time: { created: 2, completed: 3 },
  });
  assert.equal(progress.isSettled([prompt]), true);
});

test('opencode: an error that comes twice is told once, and the message’s own error ends the turn', () => {
  const { progress, events, message, hear } = makeProgress();
  const error = { name: 'APIError', data: { message: 'bad key', statusCode: 401, isRetryable: false } };
  hear('session.error', { sessionID: session, error });
  hear('session.error', { sessionID: session, error });
  assert.equal(events.filter(({ type }) => type === 'error').length, 1);
  assert.equal(progress.isSettled([prompt]), false);
  message({ id: 'msg_a', role: 'assistant', parentID: prompt, error, time: { created: 2 } });
  assert.equal(progress.isSettled([prompt]), true);
  assert.equal(progress.end().error?.code, 'credential_expired');
});

test('opencode: a turn that ends on a refused tool is no success', () => {
  const { progress, message } = makeProgress();
  message({
    id: 'msg_a',
    role: 'assistant',
    parentID: prompt,
    finish: 'tool-calls',
    time: { created: 2, completed: 3 },
  });
  assert.equal(progress.end().error?.code, 'permission_denied');
});

test('opencode: five empty steps in a row are hopeless, four are not', () => {
  const { hopeless, part } = makeProgress();
  const nothing = { input: 0, output: 0, reasoning: 0, cache: { read: 0, write: 0 } };
  const empty = (id: number) =>
    part({ id: `prt_${id}`, type: 'step-finish', reason: 'unknown', cost: 0, tokens: nothing });
  for (const id of [1, 2, 3, 4]) empty(id);
  assert.equal(hopeless.length, 0);
  part({ id: 'prt_good', type: 'step-finish', reason: 'stop', cost: 0, tokens });
  for (const id of [5, 6, 7, 8, 9]) empty(id);
  assert.deepEqual(
    hopeless.map(({ code }) => code),
    ['invalid_response'],
  );
});

test('opencode: a short wait for the next try is told, a long one ends the turn', () => {
  const { events, hopeless, hear } = makeProgress();
  const retry = (attempt: number, waitMs: number, message = 'It broke.') =>
    hear('session.status', {
      sessionID: session,
      status: { type: 'retry', attempt, message, next: Date.now() + waitMs },
    });
  retry(1, 2_000);
  retry(1, 2_000, 'Rate limit reached for gpt-5.5');
  retry(1, 2_000, 'Too Many Requests');
  assert.equal(hopeless.length, 0);
  retry(2, 3_600_000);
  assert.deepEqual(
    events.map(event => event.type === 'error' && [event.error.code, event.will_retry]),
    [
      ['upstream_unavailable', true],
      ['rate_limited', true],
      ['rate_limited', true],
      ['rate_limited', false],
    ],
  );
  assert.equal(hopeless[0]?.code, 'rate_limited');
});

test('opencode: after missed events the server’s own record fills the gap', () => {
  const { progress, events } = makeProgress();
  const info = { id: 'msg_a', role: 'assistant', sessionID: session, parentID: prompt, finish: 'stop' };
  const text = {
    id: 'prt_1',
    sessionID: session,
    messageID: 'msg_a',
    type: 'text',
    text: 'All',
    time: { end: 3 },
  };
  const old = { id: 'msg_0', role: 'assistant', sessionID: session, time: { created: 0 } };
  const record = [
    { info: old, parts: [{ ...text, id: 'prt_0', messageID: 'msg_0', text: 'earlier' }] },
    { info: { id: prompt, role: 'user', sessionID: session, time: { created: 1 } }, parts: [] },
    { info: { ...info, time: { created: 2, completed: 3 } }, parts: [text] },
  ];
  progress.catchUp(record);
  progress.catchUp(record);
  assert.deepEqual(events, [{ type: 'text', item: 'prt_1', text: 'All', done: true }]);
  assert.equal(progress.isSettled([prompt]), true);
});

test('opencode: a record too long to reach back to the prompt is read all the same, from its time on', () => {
  const { progress, events } = makeProgress();
  const said = (id: string, created: number) => ({
    info: {
      id,
      role: 'assistant',
      sessionID: session,
      parentID: prompt,
      time: { created, completed: created },
    },
    parts: [{ id: `prt_${id}`, sessionID: session, messageID: id, type: 'text', text: id, time: { end: 3 } }],
  });
  progress.catchUp([said('msg_0', 0), said('msg_b', 3)]);
  assert.deepEqual(events, [{ type: 'text', item: 'prt_msg_b', text: 'msg_b', done: true }]);
  assert.equal(progress.isSettled([prompt]), true);
});

test('opencode: what does not parse is kept with its session; unknown kinds are left alone', () => {
  const odd = { payload: { type: 'session.status', properties: { sessionID: session, status: 'busy' } } };
  assert.deepEqual(readEvent(odd), {
    kind: 'unparsed',
    sessionId: session,
    text: JSON.stringify(odd.payload),
  });
  assert.deepEqual(readEvent('<html>'), { kind: 'unparsed', sessionId: undefined, text: '<html>' });
  assert.deepEqual(readEvent({ payload: { type: 'lsp.updated', properties: {} } }), { kind: 'other' });
  assert.deepEqual(readEvent({ payload: { type: 'server.connected' } }), { kind: 'connected' });
});

test('opencode: a part of a new kind is no error', () => {
  const { events, part } = makeProgress();
  part({ type: 'hologram', depth: 3 });
  assert.deepEqual(events, []);
});

test('opencode: events of sub-agents, of their sub-agents too, reach the thread’s turn', () => {
  const routes = makeSessionRoutes();
  const heard: string[] = [];
  const stop = routes.listen('ses_a', {
    event: (event, isChild) => heard.push(`${event.type} ${isChild}`),
    unparsed: text => heard.push(text),
    reconnected: () => heard.push('reconnected'),
  });
  const created = (id: string, parentID?: string) =>
    routes.deliver(
      readEvent({ payload: { type: 'session.created', properties: { info: { id, parentID } } } }),
    );
  const status = (sessionID: string) =>
    routes.deliver(
      readEvent({ payload: { type: 'session.status', properties: { sessionID, status: { type: 'idle' } } } }),
    );
  routes.deliver({ kind: 'connected' });
  created('ses_b', 'ses_a');
  created('ses_c', 'ses_b');
  for (const id of ['ses_a', 'ses_c', 'ses_other']) status(id);
  routes.deliver({ kind: 'connected' });
  stop();
  status('ses_a');
  assert.deepEqual(heard, [
    'session.created true',
    'session.created true',
    'session.status false',
    'session.status true',
    'reconnected',
  ]);
});

test('opencode: message ids sort by time among OpenCode’s own and name the host’s message', () => {
  const uuid = '0f8fad5b-d9cb-469f-a165-70867728950e';
  // An id OpenCode made in this millisecond: msg_2065ac1ba001…
  const id = messageIdFor(uuid, 1_795_402_940_858);
  assert.equal(id, 'msg_2065ac1ba0000f8fad5bd9cb469fa16570867728950e');
  assert.ok(id < 'msg_2065ac1ba00110FApln45n56cy');
  assert.ok(messageIdFor(uuid, 1_795_402_940_859) > 'msg_2065ac1ba00110FApln45n56cy');
});
