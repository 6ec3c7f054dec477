import type { TestContext } from 'node:test';
import { readEvent } from '../../src/providers/opencode/events.ts';
import { TerminalSessions } from '../../src/providers/opencode/native/terminalSessions.ts';
import { TurnProgress } from '../../src/providers/opencode/turnProgress.ts';
import { recordingSink } from './harness.ts';
import { type Cuts, makeTableServer, type Table } from './opencodeTable.ts';

/** What happens in the sessions of a terminal, on a server that answers by a table. */
export async function makeTerminal(t: TestContext, table: Table = {}, cuts: Cuts = {}) {
  const { api, countOf } = await makeTableServer(t, table, cuts);
  const over = new AbortController();
  t.after(() => over.abort());
  const recorded = recordingSink({
    permission: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  });
  const told: string[] = [];
  const hopeless: string[] = [];
  const state = { isPersons: false };
  const sessions = new TerminalSessions({
    api,
    session: { id: 'ses_a', directory: '/w', place: { directory: '/w', worktree: '/w' } },
    progress: new TurnProgress({
      workspace: '/w',
      promptId: undefined,
      emit: event => recorded.sink.event(event),
      onHopeless: error => void hopeless.push(error.message),
    }),
    request: { permissionMode: 'ask', workspace: '/w' },
    sink: recorded.sink,
    signal: over.signal,
    isPersons: () => state.isPersons,
    onTaken: () => void told.push('taken'),
    onRest: isGood => void told.push(isGood ? 'rest' : 'stopped'),
    onFailure: error => void told.push(String(error)),
  });
  const hear = (type: string, properties: object) =>
    sessions.take(readEvent({ payload: { type, properties } }));
  const status = (type: string, sessionID = 'ses_a') =>
    hear('session.status', { sessionID, status: { type } });
  const typed = (id: string, text: string, more: object = {}, sessionID = 'ses_a') => {
    const model = { providerID: 'p', modelID: 'chosen' };
    const info = { id, sessionID, role: 'user', agent: 'plan', model, time: { created: 1 } };
    hear('message.updated', { info });
    const part = { id: `prt_${id}`, sessionID, messageID: id, type: 'text', text, ...more };
    for (let times = 0; times < 2; times += 1) hear('message.part.updated', { part });
  };
  const reconnect = () => {
    sessions.take({ kind: 'connected' });
    sessions.take({ kind: 'connected' });
  };
  return {
    ...recorded,
    countOf,
    hopeless,
    sessions,
    state,
    told,
    hear,
    status,
    typed,
    reconnect,
  };
}
