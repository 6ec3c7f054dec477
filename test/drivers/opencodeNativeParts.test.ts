import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { prepareNative } from '../../src/providers/opencode/native/nativeLaunch.ts';
import { PersonsKeys } from '../../src/providers/opencode/native/personsKeys.ts';
import { writeSessionPlugin } from '../../src/providers/opencode/native/sessionPlugin.ts';
import { temporaryFolder } from '../store/temporaryFolder.ts';
import { noLimit } from './harness.ts';

function makeKeys() {
  const state = { now: 1_000, isAtRest: true, isAsking: false };
  const written: string[] = [];
  const keys = new PersonsKeys({
    write: data => void written.push(data),
    isAtRest: () => state.isAtRest,
    isAsking: () => state.isAsking,
    now: () => state.now,
  });
  return { keys, state, written };
}

test('opencode: a line somebody is in the middle of is not free, until it was taken or left alone for long', () => {
  const { keys, state, written } = makeKeys();
  assert.ok(keys.isFree);
  keys.typed('\u001a');
  keys.typed('ha\u001alf\u001a');
  assert.ok(!keys.isFree);
  keys.typed('\r');
  keys.taken();
  assert.ok(keys.isFree);
  // Escape stops the agent, and the keys of a dialog are in no line.
  state.isAtRest = false;
  keys.typed('\u001b');
  state.isAsking = true;
  keys.typed('\u001b[C');
  keys.typed('\r');
  assert.ok(keys.isFree);
  state.isAsking = false;
  keys.typed('\u001b[A');
  state.now += 60_000;
  assert.ok(!keys.isFree);
  state.now += 1;
  assert.ok(keys.isFree);
  assert.deepEqual(written, ['half', '\r', '\u001b', '\u001b[C', '\r', '\u001b[A']);
});

test('opencode: an answer is the person’s only right after a key that decides, pressed since it was asked', () => {
  const { keys, state } = makeKeys();
  const pressed = (data: string, askedAt: number, later = 0) => {
    state.now += 100_000;
    keys.typed(data);
    state.now += later;
    return keys.mayHaveAnswered(askedAt);
  };
  state.isAsking = true;
  for (const key of ['\r', '\u001b', '2', '\u001b[13u', '\u001b[<0;10;20M']) assert.ok(pressed(key, 0), key);
  // Arrows choose, and the rest a terminal says by itself.
  for (const key of ['\u001b[C', '\u001b[I', '\u001b[12;3R', '\u001b[<35;1;1M', 'x'])
    assert.ok(!pressed(key, 0), key);
  // The person may see the question before we hear of it.
  assert.ok(pressed('\r', state.now + 100_250));
  assert.ok(!pressed('\r', state.now + 100_251), 'asked after the key');
  assert.ok(!pressed('\r', 0, 10_001), 'too late');
});

test('opencode: a terminal that cannot be prepared leaves nothing behind', async t => {
  const runtimeDir = await temporaryFolder(t);
  const environment = { OPENCODE_CONFIG_CONTENT: 'no JSON' };
  const context = {
    environment,
    workspace: runtimeDir,
    runtimeDir,
    binary: process.execPath,
    log: () => undefined,
  };
  const model = { providerId: 'p', modelId: 'm', variant: 'high' };
  const session = {
    id: 'ses_a',
    directory: runtimeDir,
    place: { directory: runtimeDir, worktree: runtimeDir },
    rules: [],
    system: '',
    model,
    plugins: [],
  };
  await assert.rejects(prepareNative(context, 'thread', session), { code: 'invalid_arguments' });
  assert.deepEqual(await readdir(runtimeDir), []);
});

async function makePlugin(t: TestContext, sessions: Readonly<Record<string, object>>) {
  const rules = [{ permission: 'bash', pattern: '*', action: 'ask' as const }];
  const model = { providerId: 'p', modelId: 'm', variant: 'high' };
  const plugin = await writeSessionPlugin(await temporaryFolder(t), { rules, system: 'Ours.', model });
  const { AgentDockTerminal } = await import(plugin.file);
  const updated: unknown[] = [];
  const load = (serverUrl: URL) => AgentDockTerminal({ serverUrl });
  const { 'chat.message': onMessage } = await AgentDockTerminal({
    serverUrl: new URL('http://127.0.0.1:4711'),
    client: {
      session: {
        get: async ({ path }: { path: { id: string } }) => ({ data: sessions[path.id] }),
        update: async (call: unknown) => {
          updated.push(call);
          return { data: {} };
        },
      },
    },
  });
  const prompt = async (sessionID: string, variant?: string) => {
    const message = { model: {} };
    await onMessage({ sessionID, variant }, { message });
    return message;
  };
  return { plugin, rules, updated, prompt, load };
}

test('opencode: a terminal is spoken to once it says itself that it listens there', async t => {
  const { plugin, load } = await makePlugin(t, {});
  await plugin.listensOn(4711, noLimit);
  const over = new AbortController();
  const other = plugin.listensOn(4712, over.signal);
  over.abort();
  await assert.rejects(other, { name: 'AbortError' });
  await load(new URL('http://127.0.0.1:4712/'));
  await plugin.listensOn(4712, noLimit);
});

test('opencode: what is typed there waits for the tools, and gets the thread’s rules, instructions and effort', async t => {
  const strict = [{ permission: 'bash', pattern: '*', action: 'ask' }];
  const { plugin, rules, updated, prompt } = await makePlugin(t, {
    ses_new: {},
    ses_known: { permission: [{ permission: 'x', pattern: '*', action: 'allow' }, ...strict] },
    ses_child: { parentID: 'ses_known' },
  });
  let isThrough = false;
  const first = prompt('ses_new').then(message => {
    isThrough = true;
    return message;
  });
  await new Promise(setImmediate);
  assert.equal(isThrough, false);
  await plugin.open();
  assert.deepEqual(await first, { system: 'Ours.', model: { variant: 'high' } });
  assert.deepEqual(updated, [{ path: { id: 'ses_new' }, body: { permission: rules } }]);
  assert.deepEqual(await prompt('ses_new'), { system: 'Ours.', model: {} });
  assert.deepEqual(await prompt('ses_known', 'low'), { system: 'Ours.', model: {} });
  assert.deepEqual(await prompt('ses_child'), { model: {} });
  assert.equal(updated.length, 2);
  await assert.rejects(prompt('ses_gone'), /could not prepare this session/);
});
