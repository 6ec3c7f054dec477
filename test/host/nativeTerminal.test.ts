import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { newsWindowMs } from '../../src/core/delivery.ts';
import { type ModelServer, startModelServer } from '../models/server.ts';
import { waitFor } from '../support/waitFor.ts';
import { type Dock, makeDock, wholeFile } from './harness.ts';
import {
  beginIn,
  first,
  followRest,
  goal,
  half,
  newsOf,
  open,
  prompts,
  recall,
  said,
  scripts,
  second,
  settings,
} from './nativeStory.ts';
import { say } from './nativeTerminal.ts';
import { atRest, providers } from './turns.ts';

// One host for all stories.
const file = wholeFile();
let models: ModelServer;
let dock: Dock;
let scriptFor: ReturnType<typeof scripts>;
before(async () => {
  models = await startModelServer({ scriptFor: prompt => scriptFor(prompt) });
  file.after(() => models.close());
  dock = await makeDock(file, { models, settings });
});

for (const provider of providers) {
  test(`${provider}: a master goes on in its own terminal, hears there of its threads when it rests, and comes back`, async t => {
    scriptFor = scripts(provider);
    for (const gate of ['one', 'two']) models.gates.close(gate);
    models.clearRequests();
    const story = await beginIn(dock, provider);
    const { client, master } = story;
    const rests = followRest(story, t);
    const seat = await open(story, t);
    await waitFor('the terminal to rest', () => rests.at(-1) === true);
    await say(seat, first);
    await said(story, 'The first works.');
    await waitFor('it to rest again', () => rests.length > 1 && rests.at(-1) === true);
    assert.deepEqual(rests.slice(0, 3), [true, false, true]);
    assert.equal(client.threads.get(master)?.state, 'running');

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
}
