import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AgentEvent } from '../../src/contracts/agentEvent.ts';
import { createCommandDriver } from '../../src/providers/command/driver.ts';
import type { Driver, DriverContext } from '../../src/providers/driver.ts';
import { waitFor } from '../support/waitFor.ts';
import type { RecordedSink } from './harness.ts';
import { makeTurnStarter, type TurnChanges } from './turnStarter.ts';

/** A command driver in a folder of its own. */
export async function makeHarness(
  t: TestContext,
  create: (context: DriverContext) => Driver = createCommandDriver,
) {
  const workspace = await realpath(await mkdtemp(join(tmpdir(), 'agentdock-command-')));
  const driver = create({
    environment: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' },
    workspace,
    runtimeDir: workspace,
    binary: undefined,
    log: () => undefined,
  });
  const { start: begin, endAll } = makeTurnStarter(driver, workspace, 'full');
  t.after(async () => {
    await endAll();
    await rm(workspace, { recursive: true, force: true });
  });

  const start = (command: readonly string[] | undefined, changes: TurnChanges = {}) => {
    const begun = begin('recorded only', { command, ...changes });
    return { ...begun, ...reading(begun) };
  };
  return { driver, workspace, start, shell: (script: string) => start(['sh', '-c', script]) };
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
