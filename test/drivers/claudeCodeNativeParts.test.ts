import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as z from 'zod';
import { CliRequests } from '../../src/providers/claudeCode/cliRequests.ts';
import { hookEvents } from '../../src/providers/claudeCode/native/hookEvents.ts';
import { hookNames } from '../../src/providers/claudeCode/native/hookMessage.ts';
import { type OnHook, openHookServer } from '../../src/providers/claudeCode/native/hookServer.ts';
import { answerPermission } from '../../src/providers/claudeCode/native/permissionHook.ts';
import { type SessionStatus, StatusWatch } from '../../src/providers/claudeCode/native/sessionStatus.ts';
import { temporaryFolder } from '../store/temporaryFolder.ts';
import type { Owner } from '../support/owner.ts';
import { waitFor } from '../support/waitFor.ts';
import { recordingSink } from './harness.ts';

const settingsSchema = z.record(
  z.string(),
  z.tuple([
    z.object({ hooks: z.tuple([z.object({ url: z.string(), headers: z.record(z.string(), z.string()) })]) }),
  ]),
);

async function makeServer(t: Owner, onHook: OnHook) {
  const server = await openHookServer(onHook);
  t.after(async () => server.close());
  return settingsSchema.parse(server.settings);
}

const message = (more: object) => ({ session_id: 's', hook_event_name: 'Stop', ...more });

test('a hook needs the secret of its terminal, and what is none of it changes nothing', async t => {
  const seen: string[] = [];
  const settings = await makeServer(t, async ({ hook_event_name }) => {
    seen.push(hook_event_name);
    return { decision: 'block', reason: 'AgentDock: news.' };
  });
  assert.deepEqual(Object.keys(settings), hookNames);
  const hook = settings['Stop']?.[0]?.hooks[0];
  assert.ok(hook);
  const post = (body: string, headers: Readonly<Record<string, string>>) =>
    fetch(hook.url, { method: 'POST', body, headers });
  assert.equal((await post(JSON.stringify(message({})), {})).status, 401);
  assert.equal((await post(JSON.stringify(message({})), { Authorization: 'Bearer x' })).status, 401);
  assert.equal((await fetch(hook.url, { headers: hook.headers })).status, 401);
  assert.equal((await post('{"hook_event_name"', hook.headers)).status, 500);
  assert.deepEqual(seen, []);
  const good = await post(JSON.stringify(message({ more: 1 })), hook.headers);
  assert.deepEqual(await good.json(), { decision: 'block', reason: 'AgentDock: news.' });
  assert.deepEqual(seen, ['Stop']);
});

test('who leaves a hook waiting is known to have left', async t => {
  const asked = Promise.withResolvers<AbortSignal>();
  const settings = await makeServer(t, (_, signal) => {
    asked.resolve(signal);
    return new Promise(() => undefined);
  });
  const hook = settings['PermissionRequest']?.[0]?.hooks[0];
  assert.ok(hook);
  const leaving = new AbortController();
  const body = JSON.stringify(message({ hook_event_name: 'PermissionRequest' }));
  const left = fetch(hook.url, { method: 'POST', body, headers: hook.headers, signal: leaving.signal });
  const signal = await asked.promise;
  leaving.abort();
  await assert.rejects(left);
  await waitFor('the hook to hear of it', () => signal.aborted);
});

test('hooks are told in the words of every other turn', () => {
  const call = { tool_name: 'Bash', tool_input: { command: 'ls' }, tool_use_id: 'x' };
  const events = (name: string, more: object) =>
    hookEvents({ ...message(more), hook_event_name: name }, '/work').map(event => ({ ...event, item: '' }));
  assert.partialDeepStrictEqual(events('UserPromptSubmit', { prompt: 'Go.' }), [
    { type: 'steered', text: { text: 'Go.' } },
  ]);
  assert.partialDeepStrictEqual(events('PreToolUse', call), [
    { type: 'tool.started', name: 'Bash', title: 'ls' },
  ]);
  const stdout = { ...call, tool_response: { stdout: 'a.txt', stderr: '', interrupted: false } };
  assert.partialDeepStrictEqual(events('PostToolUse', stdout), [
    { type: 'tool.ended', status: 'completed', output: { text: 'a.txt' } },
  ]);
  const write = {
    ...{ tool_name: 'Write', tool_input: { file_path: '/work/a.txt' }, tool_use_id: 'x' },
    tool_response: { type: 'create' },
  };
  assert.partialDeepStrictEqual(events('PostToolUse', write), [
    { type: 'file.changed', path: 'a.txt', kind: 'add' },
    { type: 'tool.ended' },
  ]);
  assert.partialDeepStrictEqual(events('PostToolUseFailure', { ...call, error: 'no', is_interrupt: true }), [
    { type: 'tool.ended', status: 'interrupted', output: { text: 'no' } },
  ]);
  const inside = { agent_id: 'a1', tool_use_id: 'x' };
  assert.deepEqual(events('PostToolUse', { ...stdout, ...inside }), [
    { type: 'tool.ended', item: '', status: 'completed', output: { text: 'a.txt' }, in_sub_agent: true },
  ]);
  const refused = events('PreToolUse', { ...inside, tool_name: 'mcp__agentdock__report' });
  assert.partialDeepStrictEqual(refused, [
    { type: 'tool.started' },
    { type: 'tool.ended', status: 'declined', in_sub_agent: true },
  ]);
  assert.partialDeepStrictEqual(events('Stop', { last_assistant_message: 'Done.' }), [
    { type: 'text', text: 'Done.', done: true },
  ]);
  assert.deepEqual(events('Stop', {}), []);
});

test('the mode answers a permission of the terminal as it does any other, and else the host', async () => {
  const ask = (mode: 'read_only' | 'ask' | 'full', allow: boolean) => {
    const { sink, permissions } = recordingSink({
      permission: () => (allow ? { allow } : { allow, reason: 'Not now.' }),
    });
    const requests = new CliRequests({ mode, workspace: '/work', sink });
    const call = message({ tool_name: 'Bash', tool_input: { command: 'rm x' } });
    return { answer: answerPermission(call, requests, new AbortController().signal), permissions };
  };
  const decision = (behavior: string) => ({ hookSpecificOutput: { decision: { behavior } } });
  for (const [mode, allow, behavior, asked] of [
    ['full', false, 'allow', 0],
    ['read_only', true, 'deny', 0],
    ['ask', true, 'allow', 1],
    ['ask', false, 'deny', 1],
  ] as const) {
    const { answer, permissions } = ask(mode, allow);
    assert.partialDeepStrictEqual(await answer, decision(behavior));
    assert.equal(permissions.length, asked, mode);
  }
});

test('the registry says when the terminal waits for a prompt, and right after one it is not believed', async t => {
  const home = await temporaryFolder(t);
  const file = join(home, 'sessions', '42.json');
  await mkdir(join(home, 'sessions'));
  const told: SessionStatus[] = [];
  const watch = new StatusWatch(42, { CLAUDE_CONFIG_DIR: home }, status => void told.push(status));
  t.after(() => watch.stop());
  const says = async (status: string | undefined, wanted: SessionStatus) => {
    await writeFile(file, JSON.stringify({ pid: 42, status }));
    await waitFor(`the status ${wanted}`, async () => {
      await watch.look();
      return watch.status === wanted;
    });
  };
  assert.equal(watch.status, 'starting');
  await says('idle', 'idle');
  await says('waiting', 'waiting');
  await says('shell', 'idle');
  await says('busy', 'busy');
  await says('idle', 'idle');
  watch.works();
  await says('idle', 'busy');
  watch.rests();
  await says('idle', 'idle');
  await writeFile(file, '{"pid": 4');
  await watch.look();
  assert.equal(watch.status, 'idle');
  assert.deepEqual(told, ['idle', 'waiting', 'idle', 'busy', 'idle', 'busy', 'idle']);
});
