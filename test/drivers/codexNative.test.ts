import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import type { RunningTurn } from '../../src/providers/driver.ts';
import { readProcessTable } from '../../src/providers/process/processTable.ts';
import { processesWith } from '../host/processes.ts';
import { waitFor } from '../support/waitFor.ts';
import { eventsOf, isRunning, makeCodexHarness, script, sessionOf } from './codexHarness.ts';
import { processOf } from './harness.ts';
import { startToolServer } from './toolServer.ts';

const escalated = (cmd: string) =>
  `tool exec_command ${JSON.stringify({ cmd, sandbox_permissions: 'require_escalated', justification: 'so' })}`;

const rests = ({ terminal }: RunningTurn) => waitFor('it to rest', () => terminal?.takesMessages() === true);

test('codex: its terminal works on the session of the thread, with our tools, and takes messages beside what is typed', async t => {
  const { startInTerminal, run, models, workspace, config } = await makeCodexHarness(t);
  const tools = await startToolServer(t);
  const before = await config();
  const token = 'token-of-terminal-0123456789abcdef';
  const terminal = startInTerminal(
    script('mcp agentdock report {"summary":"one"}', 'shell env > env.txt', 'gate held', 'remember apple'),
    { tools: tools.open(token), permissionMode: 'full' },
  );
  const { turn, request, events, shows, say, left, questions } = terminal;
  const said = (text: string) =>
    waitFor(`the agent to say ${text}`, () =>
      eventsOf({ events }, 'text')
        .map(event => event.text)
        .join('')
        .includes(text),
    );
  await models.gates.arrival('held');
  assert.deepEqual(
    tools.calls.map(({ args }) => args),
    [{ summary: 'one' }],
  );
  assert.equal(turn.terminal?.isIdle(), false);
  await assert.rejects(turn.steer('AgentDock: news.'), { code: 'conflict' });
  const pids = await processesWith(`AGENTDOCK_THREAD=${request.threadId}`);
  assert.ok(pids.length > 0);
  for (const pid of pids) {
    for (const name of ['cmdline', 'environ']) {
      assert.ok(!readFileSync(`/proc/${pid}/${name}`, 'utf8').includes(token), name);
    }
  }
  assert.doesNotMatch(readFileSync(join(workspace, 'env.txt'), 'utf8'), /AGENTDOCK_TERMINAL|token-of/);
  models.gates.open('held');
  await said('I will remember apple.');
  await rests(turn);

  await say('what else');
  await said('Plain answer');
  await rests(turn);
  turn.write?.('half a line');
  await shows('half a line');
  assert.equal(turn.terminal?.takesMessages(), false);
  await assert.rejects(turn.steer('AgentDock: news.'), { code: 'conflict' });
  turn.write?.('\u0003');
  await turn.steer('AgentDock: news.');
  await rests(turn);
  assert.deepEqual(
    eventsOf({ events }, 'steered').map(({ text }) => text),
    [{ text: 'what else' }, { text: 'AgentDock: news.' }],
  );
  await say('/exit');
  assert.partialDeepStrictEqual(await turn.ended, {
    outcome: 'completed',
    result: 'Plain answer over openai-responses.',
  });
  assert.deepEqual(await processesWith(`AGENTDOCK_THREAD=${request.threadId}`), []);
  assert.deepEqual([left, questions], [[], []]);
  // The terminal notes at its first start that it has looked for a screen reader, as it does without AgentDock.
  assert.equal(await config(), `${before}\n[tui]\nscreen_reader_detection_done = true\n`);
  assert.deepEqual(
    models.requests().map(({ side, system }) => [side, system?.includes('You are a worker of AgentDock.')]),
    models.requests().map(() => [false, true]),
  );

  const after = await run(script('recall'), { session: sessionOf(terminal) });
  assert.match(after.end.result ?? '', /^earlier prompts: 3; .*words: apple$/);
});

test('codex: what its terminal asks is asked of the host too, and who answers first decides', async t => {
  const { startInTerminal, models, workspace } = await makeCodexHarness(t);
  const made = (name: string) => existsSync(join(workspace, name));
  const signals: AbortSignal[] = [];
  const { turn, permissions, sessions, shows, say } = startInTerminal(
    script(escalated('touch first'), escalated('touch second'), 'say Both.'),
    {
      permissionMode: 'ask',
      permission: (_, signal) => {
        signals.push(signal);
        if (signals.length === 1) return { allow: true };
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new DockError('cancelled', 'Taken back.')));
        });
      },
    },
  );
  await shows('$ touch second');
  assert.deepEqual([made('first'), made('second')], [true, false]);
  assert.deepEqual(
    permissions.map(({ tool }) => tool),
    ['exec_command', 'exec_command'],
  );
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [false, false],
  );
  // The terminal overlooks keys that come too soon to be meant.
  await waitFor('the second to be answered there', () => {
    if (signals[1]?.aborted !== true) turn.write?.('\r');
    return signals[1]?.aborted === true;
  });
  await waitFor('the second to be made', () => made('second'));
  await rests(turn);
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [false, true],
  );

  // What is chosen there about permissions does not change the thread's mode, nor does a new session.
  await say('/permissions', '› /permissions');
  await shows('3. Full Access');
  turn.write?.('1');
  await shows('Permission selection requested');
  await say('/new', '› /new');
  await shows('/workspace › Ask Codex');
  turn.write?.(
    `\u001b[200~${script('shell touch third', escalated('touch fourth'), 'say Over.')}\u001b[201~`,
  );
  await shows('touch fourth');
  turn.write?.('\r');
  await waitFor('the fourth to be asked', () => permissions.length === 3);
  assert.deepEqual([made('third'), made('fourth')], [false, false]);
  assert.equal(new Set(sessions.map(({ id }) => id)).size, 2);
  await turn.interrupt();
  const { outcome, result, usage } = await turn.ended;
  assert.deepEqual([outcome, result, signals[2]?.aborted], ['interrupted', 'Both.', true]);
  assert.ok((usage?.input_tokens ?? 0) > 0);
  assert.equal(made('fourth'), false);
  assert.equal(models.requests().at(-1)?.system?.includes('You are a worker of AgentDock.'), true);
});

test('codex: in its terminal read_only refuses, and a question is answered by who is first', async t => {
  const { startInTerminal, models, workspace } = await makeCodexHarness(t);
  const ask = (title: string) =>
    `tool request_user_input_async ${JSON.stringify({ questions: [{ title, options: ['pg', 'sqlite'] }] })}`;
  const signals: AbortSignal[] = [];
  const terminal = startInTerminal(script(escalated('touch made'), ask('Which one?'), 'say Asked.'), {
    model: 'gpt-6-sol',
    effort: 'high',
    permissionMode: 'read_only',
    question: (_, signal) => {
      signals.push(signal);
      if (signals.length === 1) return { answers: ['pg'] };
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DockError('cancelled', 'Taken back.')));
      });
    },
  });
  const { turn, permissions, questions, say, shows } = terminal;
  const asked = (text: string) =>
    models.request(({ side, userTurns }) => !side && userTurns.at(-1)?.includes(text) === true);
  await asked('Which one?\npg');
  await rests(turn);
  assert.equal(existsSync(join(workspace, 'made')), false);
  assert.deepEqual(permissions, []);
  // The model reads why, and nobody is said to have typed it.
  assert.match(JSON.stringify(models.requests()), /not permitted. Reason: This thread is read-only/);
  assert.deepEqual(
    eventsOf(terminal, 'steered').map(({ text }) => text),
    [{ text: 'Which one?\npg' }],
  );
  assert.deepEqual(
    questions.map(({ questions: [one] }) => one?.question),
    ['Which one?'],
  );
  turn.write?.(`\u001b[200~${script(ask('Which other?'), 'say Asked again.')}\u001b[201~`);
  await shows('Asked again');
  turn.write?.('\r');
  await waitFor('the second question', () => questions.length === 2);
  assert.equal(signals[1]?.aborted, false);
  await say('sqlite then');
  await asked('sqlite then');
  assert.equal(signals[1]?.aborted, true);
  await rests(turn);
  await say('/exit', '› /exit');
  assert.equal((await turn.ended).outcome, 'completed');
});

test('codex: the end of its terminal, of its server or of the turn is the end of all', async t => {
  const { startInTerminal, models, run } = await makeCodexHarness(t);
  const work = script('shell sleep 4711', 'say Never.');
  const working = async () => {
    const terminal = startInTerminal(work, { permissionMode: 'full' });
    await waitFor('the command to run', () => isRunning('sleep 4711'));
    return terminal;
  };
  const stopped = await working();
  await stopped.turn.interrupt();
  assert.equal((await stopped.turn.ended).outcome, 'interrupted');
  assert.equal(await isRunning('sleep 4711'), false);

  const killed = await working();
  process.kill(processOf(killed).pid, 'SIGKILL');
  assert.partialDeepStrictEqual(await killed.turn.ended, { outcome: 'failed', error: { code: 'unknown' } });
  assert.equal(await isRunning('sleep 4711'), false);

  const lost = await working();
  const [server] = (await readProcessTable()).filter(
    ({ ppid, pid }) => ppid === process.pid && pid !== processOf(lost).pid,
  );
  assert.ok(server);
  process.kill(server.pid, 'SIGKILL');
  assert.partialDeepStrictEqual(await lost.turn.ended, {
    outcome: 'failed',
    error: { code: 'upstream_unavailable' },
  });
  assert.equal(await isRunning('sleep 4711'), false);
  assert.deepEqual(await processesWith(`AGENTDOCK_THREAD=${lost.request.threadId}`), []);
  const after = await run(script('say On.'), { session: sessionOf(lost) });
  assert.equal(after.end.result, 'On.');

  models.clearRequests();
  const without = startInTerminal('hello', { tools: { url: 'http://127.0.0.1:9/mcp', token: 'token' } });
  assert.partialDeepStrictEqual(await without.turn.ended, {
    outcome: 'failed',
    error: { code: 'tools_unavailable' },
  });
  assert.deepEqual([models.requests(), without.processes], [[], []]);
});
