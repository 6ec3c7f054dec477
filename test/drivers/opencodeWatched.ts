import type { TestContext } from 'node:test';
import type { DockError } from '../../src/contracts/errors.ts';
import { readEvent } from '../../src/providers/opencode/events.ts';
import { makeSessionRoutes } from '../../src/providers/opencode/sessionRoutes.ts';
import { TurnProgress } from '../../src/providers/opencode/turnProgress.ts';
import { watchTurn } from '../../src/providers/opencode/watchTurn.ts';
import { recordingSink, type SinkAnswers } from './harness.ts';
import { type Cuts, makeTableServer, type Table } from './opencodeTable.ts';

export const prompt = { id: 'msg_p', role: 'user', sessionID: 'ses_a', time: { created: 1 } };
export const answer = {
  id: 'msg_a',
  role: 'assistant',
  sessionID: 'ses_a',
  parentID: 'msg_p',
  finish: 'stop',
  time: { created: 2, completed: 3 },
};
export const text = {
  id: 'prt_1',
  sessionID: 'ses_a',
  messageID: 'msg_a',
  type: 'text',
  text: 'Done',
  time: { end: 3 },
};

export interface WatchedOptions extends SinkAnswers {
  readonly cuts?: Cuts;
  readonly silenceMs?: number;
}

/** A watched turn on a server that answers by a table of paths. */
export async function makeWatched(
  t: TestContext,
  table: Table,
  { cuts, silenceMs = 20, ...answers }: WatchedOptions = {},
) {
  const { api, countOf, posted } = await makeTableServer(t, table, cuts);
  const routes = makeSessionRoutes();
  const recorded = recordingSink({ permission: () => ({ allow: true }), ...answers });
  const rested = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<DockError>();
  let stopped: DockError | undefined;
  const progress = new TurnProgress({
    workspace: '/w',
    promptId: 'msg_p',
    emit: event => recorded.sink.event(event),
    onHopeless: () => undefined,
  });
  const place = { directory: '/w', worktree: '/w' };
  const onStop = (error: DockError) => {
    stopped ??= error;
    failed.resolve(error);
  };
  const stop = watchTurn({
    server: { api, routes },
    session: { id: 'ses_a', directory: '/w', place },
    progress,
    messageIds: ['msg_p'],
    request: { permissionMode: 'ask', workspace: '/w' },
    sink: recorded.sink,
    silenceMs,
    signal: new AbortController().signal,
    isSent: () => true,
    onRest: rested.resolve,
    onFailure: onStop,
    onBreach: onStop,
  });
  t.after(stop);
  const say = (data: unknown) => routes.deliver(readEvent(data));
  const hear = (type: string, properties: object) => say({ payload: { type, properties } });
  const reconnect = () => {
    routes.deliver({ kind: 'connected' });
    routes.deliver({ kind: 'connected' });
  };
  return {
    ...recorded,
    progress,
    rested: rested.promise,
    failed: failed.promise,
    stopped: () => stopped,
    say,
    hear,
    reconnect,
    posted,
    countOf,
  };
}
