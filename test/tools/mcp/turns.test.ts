import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Client } from '@modelcontextprotocol/client';
import { createMailroom } from '../../../src/host/mailroom.ts';
import { createRequestDesk } from '../../../src/host/requestDesk.ts';
import { TurnRunner } from '../../../src/host/turnRunner.ts';
import type { Driver, TurnEnd, TurnRequest, TurnSink } from '../../../src/providers/driver.ts';
import { openToolDoors } from '../../../src/tools/mcp/toolDoors.ts';
import { waitFor } from '../../support/waitFor.ts';
import { makeToolHarness, startedBy } from '../toolHarness.ts';
import { blocksOf, enter, raw } from './doorsHarness.ts';

interface Begun {
  readonly request: TurnRequest;
  readonly sink: TurnSink;
  end(end: TurnEnd): void;
}

/** The host's own parts around the endpoint; the agents are the test, which acts by the tokens their turns are given. */
async function makeHost(t: TestContext) {
  const harness = await makeToolHarness(t, { max_running: 4 });
  const { store, host } = harness;
  const begun: Begun[] = [];
  const driver: Driver = {
    provider: 'codex',
    capabilities: {
      steer: false,
      resume: true,
      sharedProcess: false,
      pty: false,
      permissionModes: { read_only: '', ask: '', edit: '', full: '' },
    },
    checkHealth: () => Promise.reject(new Error('not asked')),
    startTurn: (request, sink) => {
      const { promise: ended, resolve: end } = Promise.withResolvers<TurnEnd>();
      begun.push({ request, sink, end });
      return {
        ended,
        steer: () => Promise.reject(new Error('no')),
        interrupt: async () => end({ outcome: 'interrupted' }),
      };
    },
    close: async () => undefined,
  };
  const log: string[] = [];
  const drivers = new Map([['codex', driver]] as const);
  const common = { store, active: host.active, drivers, settings: host.settings };
  const write = (line: string) => void log.push(line);
  const doors = await openToolDoors(
    () => ({
      host: { ...host, pump: () => runner.pump(), stepAside: id => runner.stepAside(id) },
      besides: mailroom,
    }),
    {
      log: write,
    },
  );
  t.after(() => doors.close());
  const runner = new TurnRunner({
    ...common,
    workspace: host.workspace,
    desk: createRequestDesk(store, host.inTurn),
    doors,
    mail: () => mailroom,
    health: async () => undefined,
    log: write,
  });
  const mailroom = createMailroom({ ...common, runner, log: write });
  t.after(async () => {
    await mailroom.close();
    await runner.close();
  });
  const turn = (count: number) =>
    waitFor(`${count} turns`, () => (begun.length >= count ? begun.at(-1) : undefined));
  return { ...harness, runner, mailroom, log, turn };
}

const spawnOne = async (client: Client) =>
  blocksOf(
    await client.callTool({
      name: 'spawn_thread',
      arguments: { task_name: 'child', provider: 'codex', prompt: 'work' },
    }),
  ).first as { thread_id: string };

function doorOf({ request: { tools } }: Begun) {
  if (tools === undefined) throw new Error('Expected the turn to have tools, got none.');
  return tools;
}

test('a result reaches a master in mid-turn with its next reply, and has arrived when the provider shows it there', async t => {
  const { call, runner, store, turn, log } = await makeHost(t);
  const goal = { task_name: 'goal', provider: 'codex', prompt: 'go', role: 'master' };
  const { id: master } = await startedBy(call('spawn_thread', goal));
  runner.pump();
  const lead = await turn(1);
  assert.match(lead.request.instructions, /spawn_thread/);
  const client = await enter(t, doorOf(lead));
  const { thread_id: child } = await spawnOne(client);
  const work = await turn(2);
  assert.match(work.request.instructions, /call report once/);
  const worker = await enter(t, doorOf(work));
  await worker.callTool({ name: 'report', arguments: { summary: 'The page stands.', outcome: 'done' } });
  work.end({ outcome: 'completed', result: 'Done: the page.' });
  const inbox = () => store.get(master)?.inbox.map(({ kind, state }) => [kind, state]);
  await waitFor('the news', () => inbox()?.length === 1);

  const told = blocksOf(await client.callTool({ name: 'get_thread', arguments: { thread_id: child } }));
  assert.match(
    told.more.join(),
    /^AgentDock: a message for you\.[\s\S]*ended a turn: completed[\s\S]*Done: the page\./,
  );
  assert.deepEqual(inbox(), [['child_ended', 'sending']]);
  const next = blocksOf(await client.callTool({ name: 'list_threads', arguments: {} }));
  assert.deepEqual(next.more, []);
  assert.deepEqual(inbox(), [['child_ended', 'sending']]);
  const output = { text: told.more.join() };
  lead.sink.event({ type: 'tool.ended', item: 'a call', status: 'completed', output });
  await waitFor('it to arrive', () => inbox()?.[0]?.[1] === 'delivered');

  lead.end({ outcome: 'completed', result: 'All done.' });
  await waitFor('the master to rest', () => store.get(master)?.state === 'idle');
  assert.deepEqual(inbox(), [['child_ended', 'acknowledged']]);
  const refused = await raw(doorOf(lead), { body: '{}' });
  assert.equal(refused.status, 401);
  assert.deepEqual(log, []);
});

test('a worker’s question reaches its master by itself, and the answer is the worker’s next prompt', async t => {
  const { call, runner, store, turn } = await makeHost(t);
  const goal = { task_name: 'goal', provider: 'codex', prompt: 'go', role: 'master' };
  await startedBy(call('spawn_thread', goal));
  runner.pump();
  const lead = await turn(1);
  const client = await enter(t, doorOf(lead));
  const { thread_id: child } = await spawnOne(client);
  const work = await turn(2);
  const worker = await enter(t, doorOf(work));
  const asked = blocksOf(await worker.callTool({ name: 'ask', arguments: { question: 'Which color?' } }));
  const { request_id } = asked.first as { request_id: string };
  work.end({ outcome: 'completed', result: 'I wait for the color.' });
  await waitFor('it to wait', () => store.get(child)?.state === 'waiting_input');

  const told = blocksOf(await client.callTool({ name: 'list_providers', arguments: {} })).more.join();
  assert.match(told, new RegExp(`asks a question \\(${request_id}\\)[\\s\\S]*Which color\\?`));
  const answers = { thread_id: child, request_id, answers: ['Blue.'] };
  assert.equal((await client.callTool({ name: 'answer_thread', arguments: answers })).isError, false);
  const again = await client.callTool({ name: 'answer_thread', arguments: answers });
  assert.equal((blocksOf(again).first as { code: string }).code, 'conflict');
  const next = await turn(3);
  assert.equal(next.request.threadId, child);
  assert.match(next.request.prompt, /Answer to your question[\s\S]*Blue\./);
  assert.notEqual(doorOf(next).token, doorOf(work).token);
});

test('news is not lost when the client goes away while its reply is being made', async t => {
  const { call, runner, store, turn, mailroom } = await makeHost(t);
  const goal = { task_name: 'goal', provider: 'codex', prompt: 'go', role: 'master' };
  const { id: master } = await startedBy(call('spawn_thread', goal));
  runner.pump();
  const client = await enter(t, doorOf(await turn(1)));
  await spawnOne(client);
  (await turn(2)).end({ outcome: 'completed', result: 'Done: the page.' });
  await waitFor('the news', () => store.get(master)?.inbox.length === 1);
  const aborter = new AbortController();
  const stop = store.onCommit(() => aborter.abort());
  assert.equal(await mailroom.takeForReply(master, aborter.signal), undefined);
  stop();
  assert.equal(store.get(master)?.inbox[0]?.state, 'queued');
  const told = blocksOf(await client.callTool({ name: 'list_threads', arguments: {} })).more.join();
  assert.match(told, /Done: the page\./);
});
