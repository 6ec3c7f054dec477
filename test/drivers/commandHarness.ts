import { randomUUID } from 'node:crypto';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AgentEvent } from '../../src/contracts/agentEvent.ts';
import { createCommandDriver } from '../../src/providers/command/driver.ts';
import type { Driver, DriverContext, TurnRequest } from '../../src/providers/driver.ts';
import { endMarked } from '../../src/providers/process/endTree.ts';
import { waitFor } from '../support/waitFor.ts';
import { type RecordedSink, recordingSink, type SinkAnswers } from './harness.ts';

/** A command driver in a folder of its own. */
export async function makeHarness(
  t: TestContext,
  create: (context: DriverContext) => Driver = createCommandDriver,
) {
  const workspace = await realpath(await mkdtemp(join(tmpdir(), 'agentdock-command-')));
  const threads: string[] = [];
  const driver = create({
    environment: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' },
    workspace,
    runtimeDir: workspace,
    binary: undefined,
    log: () => undefined,
  });
  t.after(async () => {
    await Promise.all(threads.map(threadId => endMarked(threadId, { graceMs: 0 })));
    await rm(workspace, { recursive: true, force: true });
  });

  const start = (
    command: readonly string[] | undefined,
    changes: Partial<TurnRequest> & SinkAnswers = {},
  ) => {
    const { onFact, ...rest } = changes;
    const recorded = recordingSink(onFact === undefined ? {} : { onFact });
    const request = { ...requestIn(workspace), command, ...rest };
    threads.push(request.threadId);
    return { ...recorded, request, turn: driver.startTurn(request, recorded.sink), ...reading(recorded) };
  };
  return { driver, workspace, start, shell: (script: string) => start(['sh', '-c', script]) };
}

function requestIn(workspace: string): TurnRequest {
  return {
    threadId: `thread-${randomUUID()}`,
    turnId: 'turn-1',
    messageId: randomUUID(),
    prompt: 'recorded only',
    workspace,
    workingDir: workspace,
    session: undefined,
    model: undefined,
    effort: undefined,
    permissionMode: 'full',
    instructions: '',
    tools: undefined,
    command: undefined,
  };
}

function reading({ events }: RecordedSink) {
  const output = () => outputOf(events);
  const found = (pattern: RegExp) =>
    waitFor(`${pattern} in the output`, () => pattern.exec(output()) ?? undefined);
  return {
    output,
    found,
    number: async (name: string) => Number((await found(new RegExp(`${name}=(\\d+)`)))[1]),
  };
}

export function outputOf(events: readonly AgentEvent[]): string {
  return events.map(event => (event.type === 'output' ? event.data : '')).join('');
}
