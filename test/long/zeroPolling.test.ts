import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import type { Thread } from '../../src/contracts/thread.ts';
import { type Dock, makeDock, wholeFile } from '../host/harness.ts';
import { memoryOf } from '../host/memory.ts';
import { isGone } from '../host/processes.ts';
import { providers, type RealProvider } from '../host/turns.ts';
import type { Mind } from '../models/plan.ts';
import type { RequestRecord } from '../models/requestLog.ts';
import { startModelServer } from '../models/server.ts';
import { waitFor } from '../support/waitFor.ts';

const workMs = 20_000;
const done = 'The work is done.';

/** A master has one thing done by a worker, whom it resumes when it was cut, and does nothing else. */
const mind: Mind = conversation => {
  const memory = memoryOf(conversation);
  const mcp = (name: string, args: object) => `mcp agentdock ${name} ${JSON.stringify(args)}`;
  const [, lead] = /^Lead: (\S+)$/m.exec(memory.heard) ?? [];
  if (lead !== undefined) {
    if (!memory.did(`spawn ${lead}`)) {
      // Codex runs a command in its sandbox without asking. Claude Code has a CLI for each thread: what is done to the
      // master's is not done to it.
      const provider = lead.startsWith('slow') ? 'codex' : 'claude_code';
      const worker = { task_name: `${lead} worker`, provider, permission_mode: 'edit' };
      return mcp('spawn_thread', { ...worker, prompt: `Work: ${lead}`, idempotency_key: `spawn ${lead}` });
    }
    const cut = memory.news.find(
      ({ id, outcome }) => outcome === 'interrupted' && !memory.did(`again ${id}`),
    );
    if (cut === undefined) return 'say Noted.';
    const key = `again ${cut.id}`;
    return mcp('resume_thread', {
      thread_id: cut.thread,
      additional_prompt: `Go on.\nWork: ${lead}`,
      idempotency_key: key,
    });
  }
  const [, work = ''] = /^Work: (\S+)$/m.exec(memory.heard) ?? [];
  if (!work.startsWith('slow')) return `gate ${work}\nsay ${done}`;
  return memory.did('echo worked', /worked/) ? `say ${done}` : `shell sleep ${workMs / 1000}; echo worked`;
};

const file = wholeFile();
let dock: Dock;
let client: DockClient;
before(async () => {
  const models = await startModelServer({ mind });
  file.after(models.close);
  dock = await makeDock(file, { models, settings: { max_running: 8 } });
  client = await dock.connect();
});

interface Pair {
  readonly provider: RealProvider;
  readonly name: string;
  readonly master: ThreadId;
  /** Of the master's CLI in its turn. */
  readonly pid: number;
  /** What the master's model was asked until it came to rest. */
  readonly asked: number;
}

const worker = (name: string) =>
  [...client.threads.values()].find(({ task_name }) => task_name === `${name} worker`);

/** What the master's model was asked. */
const requests = ({ name }: Pick<Pair, 'name'>): readonly RequestRecord[] =>
  dock.models.requests().filter(({ side, userTurns }) => !side && userTurns.includes(`Lead: ${name}`));

/** A master of each provider at rest, whose workers work. */
async function begin(what: string): Promise<readonly Pair[]> {
  return Promise.all(
    providers.map(async provider => {
      const name = `${what}-${provider}`;
      const pid = firstPid(name);
      const { thread_id: master } = await client.call('spawn_thread', {
        task_name: name,
        provider,
        prompt: `Lead: ${name}`,
        role: 'master',
        permission_mode: 'edit',
      });
      await waitFor(`${name} to rest`, () => client.threads.get(master)?.state === 'idle');
      await waitFor(`the worker of ${name}`, () => worker(name)?.state === 'running');
      return { provider, name, master, pid: await pid, asked: requests({ name }).length };
    }),
  );
}

/** Of the first CLI that works for the thread. */
function firstPid(name: string): Promise<number> {
  return new Promise(resolve => {
    const look = (threads: readonly Thread[]) => {
      const pid = threads.find(({ task_name }) => task_name === name)?.turn?.process?.pid;
      if (pid === undefined) return;
      stop();
      resolve(pid);
    };
    const stop = client.onDidChangeThreads(look);
  });
}

/** The next thing the master's model was asked after it came to rest. */
async function nextPrompt(pair: Pair, nth = 0): Promise<string> {
  const request = await waitFor(`${pair.name} to be woken`, () => requests(pair)[pair.asked + nth]);
  const prompt = request.userTurns.at(-1) ?? '';
  assert.match(prompt, /^AgentDock:/);
  return prompt;
}

async function toldOnce(pair: Pair, messages: number): Promise<void> {
  await waitFor(`${pair.name} to rest again`, () => {
    const thread = client.threads.get(pair.master);
    return thread?.state === 'idle' && thread.inbox.every(({ state }) => state === 'acknowledged');
  });
  const told = requests(pair).at(-1)?.userTurns.join('\n') ?? '';
  const ids = [...told.matchAll(/\[(msg-[a-z0-9]+)\]/g)].map(([, id]) => id);
  assert.equal(ids.length, messages, told);
  assert.equal(new Set(ids).size, messages, told);
}

test('workers work for 20 s: the models of their masters are asked nothing, and then what holds the result', async () => {
  const pairs = await begin('slow');
  for (const pair of pairs) {
    const ended = await waitFor(`the work for ${pair.name}`, () => {
      const thread = worker(pair.name);
      return thread?.state === 'completed' ? thread : undefined;
    });
    assert.ok((ended.receipt?.duration_ms ?? 0) >= workMs, 'it worked all the time');
    assert.ok((await nextPrompt(pair)).includes(done));
    await toldOnce(pair, 1);
    assert.equal(requests(pair).length, pair.asked + 1);
  }
});

test('a master whose CLI was killed while it rested is told all the same, once', async () => {
  const pairs = await begin('killed');
  for (const { pid } of pairs) {
    // Who has one for itself ends it with the turn.
    if (!(await isGone(pid))) process.kill(pid, 'SIGKILL');
    await waitFor(`${pid} to end`, () => isGone(pid));
  }
  for (const pair of pairs) {
    assert.equal(requests(pair).length, pair.asked);
    dock.models.gates.open(pair.name);
    assert.ok((await nextPrompt(pair)).includes(done));
    await toldOnce(pair, 1);
    assert.equal(requests(pair).length, pair.asked + 1);
  }
});

test('masters that rested while their host was killed are told what became of their workers, once', async () => {
  const pairs = await begin('lost');
  await dock.killHost('SIGKILL');
  for (const pair of pairs) {
    // The worker is resumed, which takes one more request.
    assert.match(await nextPrompt(pair), /ended a turn: interrupted/);
    dock.models.gates.open(pair.name);
    assert.ok((await nextPrompt(pair, 2)).includes(done));
    await toldOnce(pair, 2);
  }
});
