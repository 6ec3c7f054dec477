import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import { toolServerOf } from '../../src/providers/opencode/toolServer.ts';
import { processOf } from '../drivers/harness.ts';
import {
  eventsOf,
  type Harness,
  makeHarness,
  outputsOf,
  script,
  sessionRef,
  textOf,
} from '../drivers/opencodeHarness.ts';
import { serverOf } from '../drivers/opencodeIntruder.ts';
import { startToolServer } from '../drivers/opencodeToolServer.ts';
import { processesWith } from '../host/processes.ts';
import { waitFor } from '../support/waitFor.ts';

const question = {
  question: 'Which?',
  header: 'Which',
  options: [
    { label: 'Home', description: 'h' },
    { label: 'Away', description: 'a' },
  ],
};
const own = { provider: { scripted: { models: { 'scripted-2': { name: 'Second', tool_call: true } } } } };
const known: Readonly<Record<string, string>> = {
  'make the second': 'write second.txt yes\nsay The second.',
  'ask me then': `tool question ${JSON.stringify({ questions: [question] })}\nreport`,
  'remember the word': 'shell touch refused.txt\nremember plum',
};

let harness: Harness;
let tools: Awaited<ReturnType<typeof startToolServer>>;
before(async () => {
  tools = await startToolServer();
  harness = await makeHarness({
    scriptFor: prompt => known[prompt.trim()],
    environment: { OPENCODE_CONFIG_CONTENT: JSON.stringify(own) },
    prepare: async home => {
      // What the person last used there.
      const state = join(home, '.local', 'state', 'opencode');
      await mkdir(state, { recursive: true });
      const recent = [{ providerID: 'scripted', modelID: 'scripted-1' }];
      await writeFile(join(state, 'model.json'), JSON.stringify({ recent, favorite: [], variant: {} }));
    },
  });
});
after(async () => {
  await harness.close();
  await tools.close();
});

const has = (name: string) => existsSync(join(harness.workspace, name));
const ownProcesses = (threadId: string) => processesWith(`AGENTDOCK_THREAD=${threadId}`);
const instructions = 'You are a worker of AgentDock.';

test('opencode: what its terminal asks is asked of the host too; who is first answers, and an agent’s shell is nobody', async () => {
  const { startInTerminal, models, requests, runtimeDir, workspace } = harness;
  const withdrawn: string[] = [];
  /** Waits until it is taken back. */
  const wait = (name: string, signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        withdrawn.push(name);
        reject(new DockError('cancelled', 'Taken back.'));
      });
    });
  const note = `mcp agentdock report ${JSON.stringify({ text: 'noted' })}`;
  const endpoint = tools.open();
  const { turn, shows, say, events, permissions, questions, request } = startInTerminal(
    script(note, 'shell env', 'gate held', 'say The first.'),
    {
      permissionMode: 'ask',
      tools: endpoint,
      // The first is allowed.
      permission: (_, signal) =>
        permissions.length === 1 ? { allow: true } : wait(`permission ${permissions.length}`, signal),
      question: (_, signal) => wait('question', signal),
    },
  );

  // The host's answer counts; neither secret is in the agent's shell, nor the token in any process.
  await models.gates.arrival('held');
  assert.deepEqual(
    permissions.map(({ tool, detail }) => `${tool} ${detail}`),
    ['bash env'],
  );
  assert.deepEqual(tools.calls.at(-1)?.args, { text: 'noted' });
  assert.doesNotMatch(outputsOf(events).join('\n'), /OPENCODE_SERVER_PASSWORD|agentdock\.mjs/);
  const pids = await ownProcesses(request.threadId);
  assert.ok(pids.length > 0);
  for (const pid of pids)
    for (const name of ['cmdline', 'environ'])
      assert.ok(!readFileSync(`/proc/${pid}/${name}`, 'utf8').includes(endpoint.token), name);
  models.gates.open('held');
  await waitFor('the first to end', () => textOf(events, 'text') === 'The first.');
  await waitFor('rest', () => turn.terminal?.takesMessages());

  // The person's answer in the terminal takes the question at the host back.
  const asked = shows('Permission required');
  await say('make the second');
  await asked;
  await waitFor('the host to be asked', () => permissions.length === 2);
  assert.equal(turn.terminal?.isIdle(), false);
  await assert.rejects(turn.steer('AgentDock: news.'), { code: 'conflict' });
  assert.equal(has('second.txt'), false);
  turn.write?.('\r');
  await waitFor('the question to be taken back', () => withdrawn.length === 1);
  await waitFor('the second to end', () => textOf(events, 'text') === 'The first.The second.');
  assert.equal(has('second.txt'), true);
  assert.deepEqual(
    eventsOf(events, 'steered').map(({ text }) => text),
    [request.prompt, 'make the second'].map(text => ({ text })),
  );

  // What the person types is a prompt of the thread like any other.
  const typed = requests().find(({ userTurns }) => userTurns.at(-1) === 'make the second');
  assert.ok(typed?.system.includes(instructions));
  assert.ok(typed?.toolsOffered.includes(`${toolServerOf(request.threadId)}_report`));

  // A question of the agent's is answered there as well.
  await waitFor('rest', () => turn.terminal?.takesMessages());
  const which = shows('Away');
  await say('ask me then');
  await which;
  await waitFor('the host to be asked', () => questions.length === 1);
  turn.write?.('2');
  await waitFor('the answer', () => /Away/.test(outputsOf(events).at(-1) ?? ''));

  // The line that is half typed keeps messages waiting.
  await waitFor('rest', () => turn.terminal?.takesMessages());
  turn.write?.('half');
  assert.deepEqual([turn.terminal?.isIdle(), turn.terminal?.takesMessages()], [true, false]);
  turn.write?.('\u007f'.repeat('half'.length));
  await turn.steer(script('shell touch third.txt', 'say never'));
  assert.equal(turn.terminal?.isIdle(), false);

  // Nobody has pressed a key since it was asked.
  await waitFor('the third question', () => permissions.length === 3);
  const server = await serverOf(runtimeDir, 'terminal');
  await server.answer(workspace, 'permission', { reply: 'once' });
  const end = await turn.ended;
  assert.partialDeepStrictEqual(end, { outcome: 'failed', error: { code: 'permission_denied' } });
  assert.deepEqual(withdrawn, ['permission 2', 'question', 'permission 3']);
  assert.deepEqual(await ownProcesses(request.threadId), []);
});

test('opencode: in its terminal another session has the same rules, the thread goes along, and quitting is a good end', async () => {
  const { startInTerminal, run, requests } = harness;
  const model = 'scripted/scripted-2';
  const earlier = await run(script('remember fig'), { permissionMode: 'full', model });
  const { turn, shows, say, events, permissions, sessions, request } = startInTerminal('', {
    permissionMode: 'read_only',
    session: earlier.session,
    model,
  });
  await shows('ctrl+p commands');
  await waitFor('rest', () => turn.terminal?.takesMessages());
  assert.deepEqual(
    sessions.map(({ id }) => id),
    [earlier.session?.id],
  );
  const fresh = shows('Ask anything');
  await say('/new');
  await fresh;
  await say('remember the word');
  await waitFor('the agent to end', () => textOf(events, 'text').includes('plum'));
  assert.deepEqual(permissions, []);
  assert.equal(has('refused.txt'), false);
  const typed = requests().findLast(({ userTurns }) => userTurns.at(-1) === 'remember the word');
  assert.ok(typed?.system.includes(instructions));
  assert.ok(!typed?.toolsOffered.includes('bash'));
  assert.equal(typed?.model, 'scripted-2');
  const [, bound, ...more] = sessions;
  assert.deepEqual(more, []);
  assert.notEqual(bound?.id, earlier.session?.id);
  assert.equal(typed?.sessionHint, bound?.id);

  await waitFor('rest', () => turn.terminal?.isIdle());
  turn.write?.('\u0003');
  const end = await turn.ended;
  assert.equal(end.outcome, 'completed');
  assert.match(end.result ?? '', /plum/);
  assert.ok((end.usage?.input_tokens ?? 0) > 0);
  assert.deepEqual(await ownProcesses(request.threadId), []);
  const again = await run(script('recall'), { session: sessionRef(bound?.id ?? '') });
  assert.match(again.end.result ?? '', /words: plum$/);
});

test('opencode: an interrupt takes all that its terminal started, a crash fails the turn, and no file stays', async () => {
  const { startInTerminal, runtimeDir, home } = harness;
  const files = () => [runtimeDir, join(home, 'tmp')].map(folder => readdirSync(folder));
  const before = files();
  for (const isCrash of [false, true]) {
    const started = startInTerminal(script('shell setsid sleep 1000 & sleep 1000', 'say never'));
    const { turn, events, request } = started;
    await waitFor('both commands', async () => {
      const lines = (await ownProcesses(request.threadId)).map(commandOf);
      return lines.filter(line => line.startsWith('sleep')).length === 2;
    });
    if (isCrash) process.kill(processOf(started).pid, 'SIGKILL');
    else await turn.interrupt();
    assert.equal((await turn.ended).outcome, isCrash ? 'failed' : 'interrupted');
    assert.deepEqual(await ownProcesses(request.threadId), []);
    assert.deepEqual(
      eventsOf(events, 'tool.ended').map(({ status }) => status),
      ['interrupted'],
    );
  }
  assert.deepEqual(files(), before);
});

test('opencode: a terminal that did not load the tools asks no model', async () => {
  const { startInTerminal, requests } = harness;
  const before = requests().length;
  const { turn } = startInTerminal(script('say Unseen.'), { tools: { url: tools.url, token: 'unknown' } });
  assert.partialDeepStrictEqual(await turn.ended, {
    outcome: 'failed',
    error: { code: 'tools_unavailable' },
  });
  assert.equal(requests().length, before);
});

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
