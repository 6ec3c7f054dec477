import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { AgentEvent } from '../../src/contracts/agentEvent.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import type { TurnEnd } from '../../src/providers/driver.ts';
import type { Caller } from '../../src/tools/toolContext.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeRunner, type RunnerOptions } from './runnerHarness.ts';

export const noStop = new AbortController().signal;
export const toolEnded = (text: string): AgentEvent => ({
  type: 'tool.ended',
  item: 'a call',
  status: 'completed',
  output: { text },
});
export const asThread = (thread: ThreadId): Caller => ({
  kind: 'agent',
  place: 'thread',
  thread,
  why: 'test',
});
export const killed: TurnEnd = {
  outcome: 'failed',
  error: { code: 'unknown', message: 'killed', retryable: false },
};

/** A master in its first turn, and a way to start children of it. */
export async function makeMaster(t: TestContext, options: RunnerOptions = {}) {
  const parts = await makeRunner(t, { ...options, settings: { max_running: 8, ...options.settings } });
  const { begun, call, spawn, store } = parts;
  const turnOf = (thread: ThreadId, nth = 1) =>
    waitFor(`turn ${nth} of ${thread}`, () => begun.filter(one => one.request.threadId === thread)[nth - 1]);
  const start = async (thread: ThreadId, nth = 1) => {
    const turn = await turnOf(thread, nth);
    await turn.sink.sessionBound({ id: `session-${thread}` });
    await turn.sink.promptSending();
    await turn.sink.turnStarted();
    return turn;
  };
  const master = await spawn({ task_name: 'master', role: 'master' });
  const child = async (name: string) => {
    const reply = await call(
      'spawn_thread',
      { task_name: name, provider: 'codex', prompt: 'work' },
      asThread(master),
    );
    assert.ok(reply.ok);
    parts.runner.pump();
    return (reply.result as { thread_id: ThreadId }).thread_id;
  };
  const states = (thread: ThreadId) => store.get(thread)?.inbox.map(({ kind, state }) => `${kind} ${state}`);
  return { ...parts, master, child, start, turnOf, states };
}
