import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, half, open, recall, said } from '../host/nativeStory.ts';
import { say } from '../host/nativeTerminal.ts';
import { isGone } from '../host/processes.ts';
import { resumeToEnd } from '../host/turns.ts';
import { chosenProviders } from '../support/chosenProviders.ts';

for (const provider of chosenProviders()) {
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
