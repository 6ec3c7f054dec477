import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import { TerminalMail } from '../../src/providers/opencode/native/terminalMail.ts';
import { recordingSink } from './harness.ts';
import { eventsOf } from './opencodeHarness.ts';

/** A terminal whose agent comes to rest while this waits for it, and whose server does that with a prompt. */
function makeMail(waiting: string | undefined, prompt: () => Promise<void> = async () => undefined) {
  const { sink, events } = recordingSink();
  const told: string[] = [];
  const prompts: string[] = [];
  const over = new AbortController();
  const mail = new TerminalMail({
    api: {
      prompt: async ({ text }) => {
        prompts.push(text);
        await prompt();
      },
    },
    session: { directory: '/w', system: '', model: { providerId: 'p', modelId: 'm' } },
    sessions: {
      chosen: {},
      current: 'ses_a',
      isIdle: true,
      sending: () => ({
        refused: () => void told.push('refused'),
        unanswered: () => void told.push('unanswered'),
      }),
    },
    sink: {
      ...sink,
      rested: () => void told.push('rested'),
      takeMessages: async signal => {
        told.push(signal === over.signal ? 'taken' : 'taken for nobody');
        return waiting;
      },
      notBrought: () => void told.push('not brought'),
    },
    over: over.signal,
  });
  return { mail, told, prompts, notices: () => eventsOf(events, 'notice').map(({ text }) => text) };
}

test('opencode: an agent about to rest in its terminal is given what waits, and rests where nothing does', async () => {
  const { mail, told, prompts } = makeMail('AgentDock: news.');
  await mail.atRest(true);
  assert.deepEqual([told, prompts], [['taken'], ['AgentDock: news.']]);
  const nothing = makeMail(undefined);
  await nothing.mail.atRest(true);
  assert.deepEqual([nothing.told, nothing.prompts], [['taken', 'rested'], []]);
  // Stopped or failed, it is left alone.
  const stopped = makeMail('AgentDock: news.');
  await stopped.mail.atRest(false);
  assert.deepEqual([stopped.told, stopped.prompts], [['rested'], []]);
});

test('opencode: what its terminal refused or did not answer counts as not brought, and says so', async () => {
  for (const [code, how] of [
    ['invalid_arguments', 'refused'],
    ['timeout', 'unanswered'],
  ] as const) {
    const { mail, told, notices } = makeMail('AgentDock: news.', async () => {
      throw new DockError(code, 'It said no.');
    });
    await mail.atRest(true);
    assert.deepEqual(told, ['taken', how, 'not brought', 'rested']);
    assert.deepEqual(notices(), ['A message may not have arrived: It said no.']);
  }
});
