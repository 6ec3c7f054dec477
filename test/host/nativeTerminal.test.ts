import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { newsWindowMs } from '../../src/core/delivery.ts';
import { type ModelServer, startModelServer } from '../models/server.ts';
import { waitFor } from '../support/waitFor.ts';
import { type Dock, makeDock } from './harness.ts';
import { type Seat, say, sitDown } from './nativeTerminal.ts';
import { isGone } from './processes.ts';
import { atRest, historyOf, inState, providers, type RealProvider, resumeToEnd } from './turns.ts';

/** What stands on the screen once a line can be typed: before that keys are lost. */
const ready: Readonly<Record<RealProvider, string>> = {
  claude_code: '? for shortcuts',
  opencode: 'ctrl+p commands',
  codex: 'GPT-5.5 default',
};

const goal = 'Remember the goal.';
const first = 'start the first';
const second = 'start the second';
const half = 'what else';
const recall = 'What do you remember?';

interface Story {
  readonly provider: RealProvider;
  readonly dock: Dock;
  readonly models: ModelServer;
  readonly client: DockClient;
  readonly master: ThreadId;
}

/** What the models do, by the prompt alone; the children wait at gates. */
function scripts(provider: RealProvider): (prompt: string) => string | undefined {
  const spawn = (name: string) =>
    `mcp agentdock spawn_thread ${JSON.stringify({ task_name: name, provider, prompt: `Work on ${name}.` })}`;
  const known: Readonly<Record<string, readonly string[]>> = {
    [goal]: ['remember apple'],
    [first]: [spawn('one'), 'say The first works.'],
    [second]: [spawn('two'), 'say The second works.'],
    [half]: ['say Nothing else.'],
    [recall]: ['recall'],
    'Work on one.': ['gate one', 'say One is ready.'],
    'Work on two.': ['gate two', 'say Two is ready.'],
  };
  return prompt => {
    const steps = known[prompt.trim()] ?? (prompt.includes('AgentDock:') ? ['say Noted.'] : undefined);
    return steps?.join('\n');
  };
}

/** A master that has had a turn, and rests. */
async function begin(t: TestContext, provider: RealProvider): Promise<Story> {
  const models = await startModelServer({ scriptFor: scripts(provider) });
  const dock = await makeDock(t, { models, settings: { max_running: 1 } });
  t.after(() => models.close());
  const client = await dock.connect();
  const { thread_id: master } = await client.call('spawn_thread', {
    ...{ task_name: 'lead', provider, prompt: goal, role: 'master', permission_mode: 'ask' },
  });
  await inState(client, master, 'idle');
  return { provider, dock, models, client, master };
}

async function open({ client, master, provider }: Story, t: TestContext): Promise<Seat> {
  const seat = sitDown(t, client, master);
  await client.call('open_native', { thread_id: master });
  await seat.shows(ready[provider]);
  return seat;
}

const said = ({ client, master }: Story, text: string) =>
  waitFor(`the agent to say ${text}`, async () =>
    (await historyOf(client, master)).some(event => event.type === 'text' && event['text'] === text),
  );

const newsOf = ({ client, master }: Story) =>
  client.threads.get(master)?.inbox.filter(({ kind }) => kind === 'child_ended') ?? [];

const prompts = ({ models }: Story) =>
  models.requests().filter(({ side, userTurns }) => !side && userTurns.includes(goal));

for (const provider of providers) {
  test(`${provider}: a master goes on in its own terminal, hears there of its threads when it rests, and comes back`, async t => {
    const story = await begin(t, provider);
    const { client, models, master } = story;
    const seat = await open(story, t);
    await say(seat, first);
    await said(story, 'The first works.');

    // Nobody's half line is sent, and none is thrown away.
    seat.type(half);
    await seat.shows(half);
    await models.gates.arrival('one');
    models.gates.open('one');
    const [news] = await waitFor('the news', () => (newsOf(story).length > 0 ? newsOf(story) : undefined));
    const due = Date.parse(news?.queued_at ?? '') + 2 * newsWindowMs;
    await waitFor('the news to be due', () => Date.now() > due);
    assert.equal(newsOf(story)[0]?.state, 'queued');

    // It is sent as it was typed, and the news come when that is done.
    seat.type('\r');
    await said(story, 'Nothing else.');
    await waitFor('the news to be read', () => newsOf(story)[0]?.state === 'acknowledged');
    const turns = prompts(story).at(-1)?.userTurns ?? [];
    assert.deepEqual(turns.slice(0, 3), [goal, first, half]);
    assert.match(turns[3] ?? '', /AgentDock: a message for you\.[\s\S]*One is ready\./);

    // At rest with an empty line they come at once.
    await say(seat, second);
    await said(story, 'The second works.');
    await models.gates.arrival('two');
    models.gates.open('two');
    await waitFor('the second news to be read', () => newsOf(story)[1]?.state === 'acknowledged');
    assert.match(prompts(story).at(-1)?.userTurns.at(-1) ?? '', /^AgentDock: [\s\S]*Two is ready\./);

    // A prompt waits behind the terminal; leaving it gives the thread back, with its session.
    const session = client.threads.get(master)?.session?.id;
    await client.call('resume_thread', { thread_id: master, additional_prompt: recall });
    await waitFor('the prompt to wait', () => client.threads.get(master)?.queue.length === 1);
    assert.equal(client.threads.get(master)?.turn?.native, true);
    await say(seat, '/exit');
    const { result, session_id } = await atRest(client, master);
    assert.match(result ?? '', /^earlier prompts: 6; .*words: apple$/);
    assert.equal(session_id, session);
    assert.equal(client.threads.get(master)?.state, 'idle');
  });

  test(`${provider}: a host that is killed leaves no terminal behind, and the session goes on without one`, async t => {
    const story = await begin(t, provider);
    const { client, dock, master } = story;
    const seat = await open(story, t);
    await say(seat, half);
    await said(story, 'Nothing else.');
    const before = await dock.processesWithMark(master);
    assert.ok(before.length > 0);
    await dock.killHost('SIGKILL');
    client.dispose();
    const again = await dock.connect();
    assert.deepEqual(
      await Promise.all(before.map(isGone)),
      before.map(() => true),
    );
    assert.equal((await again.call('get_thread', { thread_id: master })).thread.state, 'interrupted');
    assert.match((await resumeToEnd(again, master, recall)).result ?? '', /^earlier prompts: 2; .*apple$/);
  });
}
