import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { HistoryEvent } from '../../../src/contracts/agentEvent.ts';
import type { ThreadId } from '../../../src/contracts/ids.ts';
import { type StateChange, stateChangeSchema } from '../../../src/contracts/journalEvent.ts';
import type { Dock } from '../../host/harness.ts';
import { type Loss, readLosses } from './losses.ts';
import type { Told } from './person.ts';
import { wordPattern } from './scripts.ts';

type Queued = Extract<StateChange, { type: 'message.queued' }>['message'];

/** What the record of one thread says became of what it was sent and asked. */
export interface Record {
  readonly thread: ThreadId;
  /** Messages and answers, without news, in their order. */
  readonly messages: readonly Queued[];
  /** By their ids, messages that may be missing in the conversation. */
  readonly lost: ReadonlyMap<string, Loss>;
  /** How often each request was answered. */
  readonly answers: ReadonlyMap<string, number>;
  /** The turns that came to their own end. */
  readonly completed: ReadonlySet<string>;
  /** The turn of each request. */
  readonly turnOf: ReadonlyMap<string, string>;
  /** What the record says of one message and of the turns it went with, a line each. */
  trailOf(id: string): string;
}

export function readRecord(thread: ThreadId, history: readonly HistoryEvent[]): Record {
  const messages: Queued[] = [];
  const changes: StateChange[] = [];
  const answers = new Map<string, number>();
  const completed = new Set<string>();
  const turnOf = new Map<string, string>();
  for (const event of history) {
    const { data: change } = stateChangeSchema.safeParse(event);
    if (change?.type === 'message.queued' && !change.message.kind.startsWith('child_'))
      messages.push(change.message);
    if (change !== undefined) changes.push(change);
    if (change?.type === 'request.opened') turnOf.set(change.request.id, change.turn_id);
    if (change?.type === 'request.answered') {
      answers.set(change.request_id, (answers.get(change.request_id) ?? 0) + 1);
    }
    if (change?.type === 'turn.ended' && change.outcome === 'completed') completed.add(change.turn_id);
  }
  const lost = readLosses(changes);
  return { thread, messages, lost, answers, completed, turnOf, trailOf: id => trailOf(history, id) };
}

function trailOf(history: readonly HistoryEvent[], id: string): string {
  const lines = history.map(event => ({ event, line: JSON.stringify(event) }));
  const turns = lines.flatMap(({ event, line }) => (line.includes(id) ? String(event.turn_id) : []));
  return lines
    .filter(
      ({ event, line }) =>
        line.includes(id) || (event.type.startsWith('turn.') && turns.includes(String(event.turn_id))),
    )
    .map(({ line }) => line.slice(0, 400))
    .join('\n');
}

/** How many messages and answers the thread has surely taken in, without the messages that only bring an answer. */
export function taken({ messages, lost, answers }: Record): number {
  return messages.filter(({ kind, id }) => kind === 'message' && !lost.has(id)).length + answers.size;
}

/** How often each word stands in what a model was given. */
export function wordsIn(given: readonly string[]): ReadonlyMap<string, number> {
  const words = new Map<string, number>();
  for (const [word] of given.join('\n').matchAll(wordPattern)) words.set(word, (words.get(word) ?? 0) + 1);
  return words;
}

/**
 * Every message was given to the model once, or is said to be lost, which `checkLosses` looks at; never twice, and in
 * their order.
 */
export function checkMessages(record: Record, given: readonly string[], told: Told): void {
  const words = wordsIn(given);
  const all = given.join('\n');
  const places: { readonly id: string; readonly word: string; readonly when: string; readonly at: number }[] =
    [];
  for (const { id, text, when } of record.messages) {
    const word = JSON.stringify(text).match(wordPattern)?.[0];
    if (word === undefined) continue;
    const count = words.get(word) ?? 0;
    const loss = record.lost.get(id);
    if (loss === undefined)
      assert.equal(count, 1, `${word} was given ${count} times:\n${record.trailOf(id)}`);
    else assert.ok(count <= 1, `${word} (${id}) was given ${count} times: ${loss.reason}`);
    if (count === 1) places.push({ id, word, when, at: all.indexOf(`${word}.`) });
  }
  for (const [word, id] of told.sent) {
    const made = record.messages.filter(({ text }) => JSON.stringify(text).includes(`${word}.`));
    if (made.length > 0)
      assert.deepEqual(
        made.map(one => one.id),
        [id],
        word,
      );
  }
  // What is for now may overtake what waits for the end of a turn, and nothing else anything.
  for (const [index, later] of places.entries()) {
    for (const earlier of places.slice(0, index)) {
      const mayOvertake = later.when === 'now' && earlier.when === 'turn_end';
      if (mayOvertake || earlier.at < later.at) continue;
      const trails = [later, earlier].map(({ id }) => record.trailOf(id)).join('\n\n');
      assert.fail(`${later.word} came before ${earlier.word}:\n${trails}`);
    }
  }
}

/** Each answer took effect once: who was told so is in the record, and nothing is there twice. */
export function checkAnswers(record: Record, dock: Dock, given: readonly string[], told: Told): void {
  for (const [id, count] of record.answers) assert.equal(count, 1, `${id} was answered ${count} times`);
  for (const id of told.answered) {
    if (record.turnOf.has(id)) assert.equal(record.answers.get(id), 1, `the answer to ${id} is lost`);
  }
  const words = wordsIn(given);
  for (const [id, { thread, file, allow, word }] of told.given) {
    if (thread !== record.thread) continue;
    const isDone = existsSync(join(dock.workspace, file));
    const wasAnswered = record.answers.has(id);
    const isWhole = record.completed.has(record.turnOf.get(id) ?? '');
    if (!allow || !wasAnswered) assert.equal(isDone, false, `${file} was written without a permission`);
    else if (isWhole) assert.equal(isDone, true, `${file} was allowed and not written`);
    const count = words.get(word) ?? 0;
    const isTold = !allow && wasAnswered && isWhole;
    assert.ok(count <= 1 && (!isTold || count === 1), `the reason ${word} was given ${count} times`);
  }
}
