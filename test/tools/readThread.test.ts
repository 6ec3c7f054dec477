import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ToolOutput } from '../../src/contracts/tools.ts';
import { jsonBytes } from '../../src/core/textPage.ts';
import type { Caller } from '../../src/tools/toolContext.ts';
import { makeToolHarness, prepare, startedBy } from './toolHarness.ts';

type Read = ToolOutput<'read_thread'>;

/** What clients pass on of a reply. */
const passedOn = 25_000;
const person: Caller = { kind: 'person' };
const outside: Caller = { kind: 'agent', place: 'outside', why: 'the test says so' };

/** Neither plain letters alone nor equal pieces. */
const longText = Array.from({ length: 20_000 }, (_, n) => `${n} "für" 🐟\n`).join('');
assert.ok(longText.length > 200_000);

/** A thread that has reported and said something long, and whose tools have, too. */
async function makeRecord(t: TestContext) {
  const { store, call } = await makeToolHarness(t);
  const started = await startedBy(call('spawn_thread', { task_name: 'a', provider: 'codex', prompt: 'go' }));
  await prepare(store, started);
  const { id, turn } = started;
  const self: Caller = { kind: 'agent', place: 'thread', thread: id, why: 'the test says so' };
  await call('report', { summary: longText, files: Array.from({ length: 300 }, (_, n) => `f${n}`) }, self);
  for (const output of ['short', 'x'.repeat(60_000), longText]) {
    const event = { type: 'tool.ended', item: 'i', status: 'completed', output: { text: output } } as const;
    store.history.append(id, turn, event);
  }
  const result = await store.putText(`${longText}The end.`);
  const change = { type: 'turn.ended', turn_id: turn, outcome: 'completed', source: 'provider' } as const;
  await store.commit([{ thread: id, change: { ...change, result } }]);
  /** All pages from the first on. */
  const read = async (args: object, caller: Caller) => {
    const pages: Read[] = [];
    for (let cursor = 0; ; ) {
      const reply = await call('read_thread', { thread_id: id, ...args, cursor }, caller);
      assert.ok(reply.ok);
      const page = reply.result as Read;
      pages.push(page);
      if (!page.more) return pages;
      assert.ok(page.cursor > cursor);
      cursor = page.cursor;
    }
  };
  return { id, call, read, store };
}

test('the result is the whole report and final text: for a person in one, for an agent in pages', async t => {
  const { read } = await makeRecord(t);
  const [whole, ...none] = await read({ view: 'result' }, person);
  assert.deepEqual([whole?.report, whole?.result, none], [longText, `${longText}The end.`, []]);
  const pages = await read({ view: 'result' }, outside);
  assert.ok(pages.every(page => jsonBytes(page) < passedOn));
  assert.equal(pages.map(({ report = '' }) => report).join(''), longText);
  assert.equal(pages.map(({ result = '' }) => result).join(''), `${longText}The end.`);
});

test('a turn that was cut takes no result away, and does not pass for it', async t => {
  const { id, call, read, store } = await makeRecord(t);
  const next = await startedBy(call('resume_thread', { thread_id: id, additional_prompt: 'more' }));
  await prepare(store, next);
  const ended = {
    type: 'turn.ended',
    turn_id: next.turn,
    outcome: 'interrupted',
    source: 'recovery',
  } as const;
  await store.commit([{ thread: id, change: ended }]);
  const [whole] = await read({ view: 'result' }, person);
  assert.deepEqual([whole?.result, whole?.is_earlier], [`${longText}The end.`, true]);
  const shown = await call('get_thread', { thread_id: id });
  assert.ok(shown.ok);
  assert.equal((shown.result as ToolOutput<'get_thread'>).thread.result, undefined);
});

test('an agent’s pages of the transcript are short, and name what they leave out', async t => {
  const { id, call, read } = await makeRecord(t);
  const all = (await read({}, person)).flatMap(({ events }) => events);
  const pages = await read({}, outside);
  assert.ok(pages.every(page => jsonBytes(page) < passedOn));
  const events = pages.flatMap(page => page.events);
  assert.deepEqual(
    events.map(({ seq }) => seq),
    all.map(({ seq }) => seq),
  );
  const [short, long, sideFile] = events.filter(({ type }) => type === 'tool.ended');
  assert.deepEqual(short?.['output'], { text: 'short' });
  assert.equal(short?.['cut'], undefined);
  assert.deepEqual(long?.['output'], { text: `${'x'.repeat(2_000)}…` });
  assert.equal(long?.['cut'], `read_thread with \`event\` ${long?.seq} has all of it`);
  assert.doesNotMatch(JSON.stringify(events), /blobs\//);
  const text = await read({ event: sideFile?.seq }, outside);
  assert.ok(text.every(page => jsonBytes(page) < passedOn));
  assert.equal(text.map(page => page.text ?? '').join(''), longText);
  const report = events.find(({ type }) => type === 'report.made');
  const [told] = await read({ event: report?.seq }, person);
  assert.equal(
    told?.text,
    `report.summary:\n${longText}\n\nreport.files:\n${Array.from({ length: 300 }, (_, n) => `f${n}`).join('\n')}`,
  );
  const unknown = await call('read_thread', { thread_id: id, event: 1_000 });
  assert.equal(!unknown.ok && unknown.error.code, 'not_found');
});
