import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findInTranscript } from '../../src/providers/codex/transcript.ts';
import { waitFor } from '../support/waitFor.ts';
import { eventsOf, makeCodexHarness, script, sessionOf } from './codexHarness.ts';
import { noLimit, processOf } from './harness.ts';
import { startToolServer } from './toolServer.ts';

const linuxOnly = { skip: process.platform === 'linux' ? false : 'stops a process' };

test('a message goes with our id, and the transcript tells that it arrived', async t => {
  const { start, workspace, driver } = await makeCodexHarness(t);
  const { turn, ...recorded } = start(script('shell while [ ! -e go ]; do sleep 0.05; done', 'heard'));
  await waitFor('the command', () => eventsOf(recorded, 'tool.started').length > 0);
  const id = randomUUID();
  const steering = turn.steer('[msg-0123456789] "Blue",\nplease.', id);
  await writeFile(join(workspace, 'go'), '');
  await steering;
  assert.match((await turn.ended).result ?? '', /Blue/);
  const [bound] = recorded.sessions;
  assert.ok(bound?.transcriptPath);
  assert.ok((await readFile(bound.transcriptPath, 'utf8')).includes(id));

  const texts = ['msg-0123456789', '"Blue",\nplease.', 'Do this.', 'msg-absent0000', 'heard: '];
  const expected = new Set(texts.slice(0, 3));
  const session = sessionOf(recorded);
  const named = { ...session, transcript_path: bound.transcriptPath };
  assert.deepEqual(await driver.findInTranscript?.(named, texts, noLimit), expected);
  assert.deepEqual(await driver.findInTranscript?.(session, texts, noLimit), expected);
  const unknown = { ...session, id: randomUUID() };
  assert.equal(await driver.findInTranscript?.(unknown, texts, noLimit), undefined);
});

for (const model of ['gpt-5.5', 'gpt-6-sol']) {
  test(`what the reply of a tool brought to ${model} is found`, async t => {
    const { run, driver } = await makeCodexHarness(t);
    const tools = await startToolServer(t);
    const turn = await run(script('mcp agentdock report {"summary":"[msg-abcdefghij]"}', 'say Done.'), {
      model,
      tools: tools.open('token'),
    });
    const texts = ['noted [msg-abcdefghij]', 'msg-klmnopqrst'];
    assert.deepEqual(
      await driver.findInTranscript?.(sessionOf(turn), texts, noLimit),
      new Set(['noted [msg-abcdefghij]']),
    );
  });
}

test('a message that the server had refused, or that comes too late, is a conflict', async t => {
  const { run, start, models } = await makeCodexHarness(t);
  const { turn } = await run('hello');
  await assert.rejects(turn.steer('too late', randomUUID()), { code: 'conflict' });
  const other = start(script('gate never', 'say Never.'));
  await models.gates.arrival('never');
  await assert.rejects(other.turn.steer('x'.repeat(1024 * 1024 + 1), randomUUID()), { code: 'conflict' });
  await other.turn.interrupt();
});

test('a message that waits in the server for the end of a command has not arrived, and is lost with the turn', async t => {
  const { start, models, driver } = await makeCodexHarness(t);
  const { turn, ...recorded } = start(script('shell sleep 600', 'gate never', 'say Never.'));
  await waitFor('the command', () => eventsOf(recorded, 'tool.started').length > 0);
  const refused = assert.rejects(turn.steer('[msg-0123456789]', randomUUID()), { code: 'unknown' });
  await models.request(({ side }) => !side);
  await turn.interrupt();
  await refused;
  const found = await driver.findInTranscript?.(sessionOf(recorded), ['[msg-0123456789]'], noLimit);
  assert.deepEqual(found, new Set());
});

test('whether a message arrived at a server that dies nobody knows', linuxOnly, async t => {
  const { start, models } = await makeCodexHarness(t);
  const { turn, ...recorded } = start(script('gate never', 'say Never.'));
  await models.gates.arrival('never');
  const { pid } = processOf(recorded);
  process.kill(pid, 'SIGSTOP');
  const steering = turn.steer('Are you there?', randomUUID());
  process.kill(pid, 'SIGKILL');
  await assert.rejects(steering, { code: 'upstream_unavailable' });
  assert.equal((await turn.ended).outcome, 'failed');
});

async function makeTranscript(t: TestContext, lines: readonly unknown[]) {
  const home = await mkdtemp(join(tmpdir(), 'dock-rollout-'));
  t.after(() => rm(home, { recursive: true }));
  const folder = join(home, 'sessions', '2026', '01', '02');
  await mkdir(folder, { recursive: true });
  const id = randomUUID();
  const file = join(folder, `rollout-2026-01-02T03-04-05-${id}.jsonl`);
  await writeFile(file, lines.map(line => `${JSON.stringify(line)}\n`).join(''));
  const session = { id, bound_at: new Date().toISOString(), working_dir: '.' };
  const find = (texts: readonly string[], signal = noLimit) =>
    findInTranscript(session, texts, { CODEX_HOME: home }, signal);
  return { file, find };
}

const given = (payload: object) => ({ type: 'response_item', payload });
const user = (text: string) =>
  given({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });

test('only what was given to the model counts: not what it wrote, not a line that was cut off', async t => {
  const { find, file } = await makeTranscript(t, [
    { type: 'session_meta', payload: { text: 'apple' } },
    user('banana'),
    given({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'cherry' }] }),
    given({ type: 'function_call', arguments: 'date' }),
    given({ type: 'function_call_output', output: '{"content":[{"text":"\\"elder\\"\\nberry"}]}' }),
    given({ type: 'custom_tool_call_output', output: [{ type: 'input_text', text: 'fig' }] }),
    { type: 'event_msg', payload: { type: 'user_message', message: 'grape' } },
  ]);
  await appendFile(file, JSON.stringify(user('hazel')).slice(0, -2));
  const texts = ['apple', 'banana', 'cherry', 'date', '"elder"\nberry', 'fig', 'grape', 'hazel'];
  assert.deepEqual(await find(texts), new Set(['banana', '"elder"\nberry', 'fig']));
  assert.deepEqual(await find([]), new Set());
});

test('a line of many megabytes is read through, and the signal ends the search', async t => {
  const { find } = await makeTranscript(t, [
    given({ type: 'function_call_output', output: 'x'.repeat(30_000_000) }),
    user('at the end'),
  ]);
  assert.deepEqual(await find(['at the end', 'nowhere']), new Set(['at the end']));
  await assert.rejects(find(['at the end'], AbortSignal.abort()), { name: 'AbortError' });
});
