import assert from 'node:assert/strict';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { StateChange } from '../../src/contracts/journalEvent.ts';
import { isOpenMessage } from '../../src/core/reduceInbox.ts';
import { wordsIn } from '../long/inbox/checks.ts';
import type { Remains } from './remains.ts';
import { type Scene, threadOf, wordOf } from './scene.ts';

/** What the person was told is in the journal. */
export function checkReplies({ acknowledged }: Scene, { changes }: Remains): void {
  const queued = queuedIn(changes);
  for (const [key, id] of acknowledged.messages) {
    assert.deepEqual(
      queued.filter(({ idempotency_key }) => idempotency_key === key).map(({ message }) => message.id),
      [id],
      'an acknowledged message',
    );
  }
  for (const request of acknowledged.answers) {
    const answers = changes.filter(
      change => change.type === 'request.answered' && change.request_id === request,
    );
    assert.equal(answers.length, 1, 'an acknowledged answer');
  }
}

/** What the agent was told of its calls is in the journal. */
export function checkTold(scene: Scene, { changes }: Remains): void {
  const results = requestsOf(scene).flatMap(({ toolResults }) => toolResults);
  if (results.some(result => result.includes('"recorded"')))
    assert.ok(
      changes.some(({ type }) => type === 'report.made'),
      'a report that was acknowledged is missing',
    );
  const asked = new Set(results.flatMap(result => result.match(/req-[a-z0-9]+/) ?? []));
  for (const id of asked) {
    const opened = changes.some(change => change.type === 'request.opened' && change.request.id === id);
    assert.ok(opened, `the question ${id} that was acknowledged is missing`);
  }
}

interface Mail {
  readonly scene: Scene;
  readonly client: DockClient;
  /** What the dead host left. */
  readonly before: Remains;
  readonly after: Remains;
  /** The prompt that came last. */
  readonly resumed: string;
}

/** Each message is in the conversation once, or is said to be lost if it may have left; never twice. */
export async function checkMail({ scene, client, before, after, resumed }: Mail): Promise<void> {
  for (const { given, seq } of requestsOf(scene)) {
    const twice = [...wordsIn(given)].filter(([, count]) => count > 1);
    assert.deepEqual(twice, [], `request ${seq} of the model says it twice`);
  }
  const thread = client.threads.get(threadOf(scene));
  assert.ok(thread !== undefined);
  const last = scene.dock.models
    .requests()
    .findLast(({ side, userTurns }) => !side && userTurns.includes(resumed));
  const words = wordsIn(last?.given ?? []);
  const queued = queuedIn(after.changes);
  const keys = queued.flatMap(({ idempotency_key }) => idempotency_key ?? []);
  assert.deepEqual(keys, [...new Set(keys)], 'a message was queued twice');
  for (const { message } of queued) {
    const [word = ''] = wordsIn([JSON.stringify(message.text)]).keys();
    const shown = thread.inbox.find(({ id }) => id === message.id);
    assert.ok(shown !== undefined && !isOpenMessage(shown, thread), `${word} is ${shown?.state}`);
    const count = words.get(word) ?? 0;
    const told = `${word} is ${shown.state} (${shown.reason ?? ''}) and was given ${count} times`;
    if (shown.state === 'unknown') assert.ok(count <= 1 && mayHaveLeft(before.changes, message.id), told);
    else assert.ok(count === 1 && shown.state !== 'failed', told);
  }
}

function queuedIn(changes: readonly StateChange[]) {
  return changes.filter(change => change.type === 'message.queued');
}

function mayHaveLeft(changes: readonly StateChange[], id: string): boolean {
  return changes.some(
    change =>
      (change.type === 'messages.moved' && change.to !== 'queued' && change.message_ids.includes(id)) ||
      (change.type === 'turn.queued' && change.brings?.includes(id) === true),
  );
}

/** Those of the model that hold something of the scene, without the CLI's own. */
function requestsOf({ dock, prompt, ...scene }: Scene) {
  const own = wordOf(scene, '');
  return dock.models.requests().filter(({ side, userTurns, given }) => {
    if (side) return false;
    return userTurns.includes(prompt) || [...wordsIn(given).keys()].some(word => word.endsWith(own.slice(2)));
  });
}
