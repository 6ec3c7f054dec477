import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../support/waitFor.ts';
import { makeDock } from './harness.ts';
import { requestsWith } from './sessions.ts';
import { script } from './turns.ts';

const call = (name: string, args: object) => `mcp agentdock ${name} ${JSON.stringify(args)}`;

test('claude_code: news wait for the master itself, not for a sub-agent of its session', async t => {
  const dock = await makeDock(t, { settings: { wake_master: 'each' } });
  const client = await dock.connect();
  const look = script(
    call('list_threads', {}),
    call('report', { summary: 'Mine.', outcome: 'done' }),
    'say back',
  );
  const agent = { description: 'look around', subagent_type: 'general-purpose', prompt: look };
  const child = { task_name: 'Child', provider: 'claude_code', prompt: 'Plain.', permission_mode: 'ask' };
  const prompt = script(
    call('spawn_thread', child),
    'gate child-over',
    `tool Agent ${JSON.stringify(agent)}`,
    'gate agent-over',
    call('list_threads', {}),
    'say Over.',
  );
  const args = {
    task_name: 'Lead',
    provider: 'claude_code',
    prompt,
    role: 'master',
    permission_mode: 'full',
  } as const;
  const { thread_id: id } = await client.call('spawn_thread', args);
  await dock.models.gates.arrival('child-over');
  const master = () => client.threads.get(id);
  const [spawned] = requestsWith(dock, prompt).at(-1)?.toolResults ?? [];
  assert.match(spawned ?? '', /thread_id/);
  const news = await waitFor('news of the child', () => master()?.inbox[0]);
  assert.equal(news.state, 'queued');
  dock.models.gates.open('child-over');
  await dock.models.gates.arrival('agent-over');
  // Nothing was given to the sub-agent, and nothing said in the thread's name.
  assert.equal(master()?.inbox[0]?.state, 'queued');
  assert.equal(master()?.report, undefined);
  const mark = `[${news.id}]`;
  const ofSubAgent = requestsWith(dock, look);
  assert.ok(ofSubAgent.some(({ toolResults }) => toolResults.length > 0));
  for (const { given } of [...ofSubAgent, ...requestsWith(dock, prompt)]) {
    assert.ok(!given.join('\n').includes(mark));
  }
  dock.models.gates.open('agent-over');
  await waitFor('the master to rest', () => master()?.state === 'idle');
  assert.equal(master()?.inbox[0]?.state, 'acknowledged');
  assert.equal(requestsWith(dock, prompt).at(-1)?.toolResults.at(-1)?.includes(mark), true);
});
