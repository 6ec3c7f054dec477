import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RpcError } from '../../src/providers/codex/connection.ts';
import { TerminalMail } from '../../src/providers/codex/native/terminalMail.ts';
import type { Session } from '../../src/providers/codex/session.ts';
import { eventsOf } from './codexHarness.ts';
import { makeAppServer } from './codexServerDouble.ts';
import { recordingSink } from './harness.ts';

const session: Session = {
  id: 's',
  transcriptPath: undefined,
  turnSettings: {},
  openSettings: { cwd: '/w', config: {} },
};

/** A terminal whose agent comes to rest while this waits for it, and whose server does that with a prompt. */
function makeMail(waiting: string | undefined, answer: () => Promise<void> = async () => undefined) {
  const { sink, events } = recordingSink();
  const told: string[] = [];
  const stopping = new AbortController();
  const server = makeAppServer({
    call: async (method, _params, schema) => {
      told.push(method);
      await answer();
      return schema.parse({ turn: { id: 'u' } });
    },
  });
  const mail = new TerminalMail({
    sink: {
      ...sink,
      takeMessages: async () => waiting,
      notBrought: () => void told.push('not brought'),
    },
    talk: {
      expectMessage: async () => void told.push('expected'),
      takeQuestions: () => [],
      nextWord: () => stopping.signal,
    },
    server: () => server,
    session: () => session,
    stopping: stopping.signal,
    fail: error => assert.fail(String(error)),
  });
  const notices = () => eventsOf({ events }, 'notice').map(({ text }) => text);
  return { mail, told, notices, stop: () => stopping.abort() };
}

const refused = () => Promise.reject(new RpcError('turn/start', -32600, 'It said no.'));

test('codex: an agent about to rest in its terminal is given what waits, unless it was stopped', async () => {
  const { mail, told, notices } = makeMail('AgentDock: news.');
  await mail.atRest(true);
  assert.deepEqual([told, notices()], [['expected', 'turn/start'], []]);
  const nothing = makeMail(undefined);
  await nothing.mail.atRest(true);
  assert.deepEqual(nothing.told, []);
  const stopped = makeMail('AgentDock: news.');
  await stopped.mail.atRest(false);
  assert.deepEqual(stopped.told, []);
});

test('codex: what its terminal did not take counts as not brought, and says so', async () => {
  const { mail, told, notices } = makeMail('AgentDock: news.', refused);
  await mail.atRest(true);
  assert.deepEqual(told, ['expected', 'turn/start', 'not brought']);
  assert.deepEqual(notices(), ['A message of AgentDock’s may not have arrived: It said no.']);
});

test('codex: what was under way when its terminal was stopped counts as not brought', async () => {
  const { mail, told, notices, stop } = makeMail('AgentDock: news.', () => {
    stop();
    return refused();
  });
  await mail.atRest(true);
  assert.deepEqual([told.at(-1), notices()], ['not brought', []]);
});
