import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forget } from '../../src/cli/commands/forget.ts';
import { show } from '../../src/cli/commands/show.ts';
import type { StateChange } from '../../src/contracts/journalEvent.ts';
import type { ThreadStore } from '../../src/store/threadStore.ts';
import { addThread, makeServedStore } from '../client/servedStore.ts';
import { prepare } from '../tools/toolHarness.ts';

const id = 'thread-one';
const rules = [{ tool: 'Bash', subject: 'npm test' }, { tool: 'WebFetch' }];

/** A running thread for which the person has allowed the rules. */
async function allowed(store: ThreadStore): Promise<void> {
  await addThread(store, id);
  await prepare(store, { id, turn: 't' });
  for (const [index, rule] of rules.entries()) {
    const request = {
      id: `req-${String(index).padStart(10, '0')}`,
      kind: 'permission' as const,
      detached: false,
      title: rule.tool,
      tool: rule.tool,
      detail: { text: rule.tool },
      rule,
      questions: [],
    };
    const answer: StateChange = {
      type: 'request.answered',
      request_id: request.id,
      by: 'person',
      decision: 'allow_thread',
    };
    await store.commit([
      { thread: id, change: { type: 'request.opened', turn_id: 't', request } },
      { thread: id, change: answer },
    ]);
  }
}

test('what is allowed in a thread is shown and taken back on the command line', async t => {
  const { serve, client } = await makeServedStore(t);
  const { store } = await serve();
  await allowed(store);
  const connected = await client();
  const run = async (command: typeof show) => {
    const lines: string[] = [];
    const output = { out: (text: string) => void lines.push(text), err: () => undefined };
    const more = { json: false, cwd: '/', workspace: undefined, stdin: async () => '' };
    assert.equal(await command.run([id], {}, { output, ...more, client: async () => connected }), 0);
    return lines.join('\n');
  };
  assert.match(
    await run(show),
    /^allowed +Bash: npm test\n +everything of WebFetch\n +take back: agentdock forget thread-one$/m,
  );
  assert.equal(
    await run(forget),
    'no longer allowed: Bash: npm test\nno longer allowed: everything of WebFetch',
  );
  assert.deepEqual(store.get(id)?.rules, []);
  assert.doesNotMatch(await run(show), /allowed/);
  assert.equal(await run(forget), 'Nothing was allowed for the whole thread.');
});

test('one of several can be taken back, after a restart it stays so, and what it never had changes nothing', async t => {
  const { serve, client, open } = await makeServedStore(t);
  const serving = await serve();
  await allowed(serving.store);
  const connected = await client();
  const [first] = rules;
  assert.ok(first);
  assert.deepEqual(await connected.forgetRules({ thread: id, rules: [first, { tool: 'Edit' }] }), {
    forgotten: [first],
  });
  const { seq } = serving.store.get(id) ?? {};
  assert.deepEqual(await connected.forgetRules({ thread: id, rules: [first] }), { forgotten: [] });
  assert.equal(serving.store.get(id)?.seq, seq);
  await serving.stop();
  assert.deepEqual((await open()).get(id)?.rules, rules.slice(1));
});

test('an agent takes no permission back', async t => {
  const { serve, client } = await makeServedStore(t);
  const { store } = await serve({
    caller: { kind: 'agent', place: 'thread', thread: id, why: 'the test says so' },
  });
  await allowed(store);
  const agent = await client();
  await assert.rejects(agent.forgetRules({ thread: id }), { code: 'permission_denied' });
  await assert.rejects(agent.forgetRules({ thread: 'thread-other' }), { code: 'permission_denied' });
  assert.deepEqual(store.get(id)?.rules, rules);
});
