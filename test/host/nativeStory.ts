import type { TestContext } from 'node:test';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { type ModelServer, startModelServer } from '../models/server.ts';
import { waitFor } from '../support/waitFor.ts';
import { type Dock, makeDock } from './harness.ts';
import { type Seat, sitDown } from './nativeTerminal.ts';
import { historyOf, inState, type RealProvider } from './turns.ts';

export const goal = 'Remember the goal.';

/** What stands on the screen once a line can be typed: before that keys are lost. */
const ready: Readonly<Record<RealProvider, readonly string[]>> = {
  claude_code: ['? for shortcuts'],
  opencode: ['ctrl+p commands'],
  // The first can stand there while the session is being resumed, the second only after that.
  codex: ['GPT-5.5 default', goal],
};

export const first = 'start the first';
export const second = 'start the second';
export const half = 'what else';
export const recall = 'What do you remember?';

export interface Story {
  readonly provider: RealProvider;
  readonly dock: Dock;
  readonly models: ModelServer;
  readonly client: DockClient;
  readonly master: ThreadId;
}

/** What the models do, by the prompt alone; the children wait at the gates `one` and `two`. */
export function scripts(provider: RealProvider): (prompt: string) => string | undefined {
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

export const settings = { max_running: 1 } as const;

/** In a dock of its own. */
export async function begin(t: TestContext, provider: RealProvider): Promise<Story> {
  const models = await startModelServer({ scriptFor: scripts(provider) });
  const dock = await makeDock(t, { models, settings });
  t.after(() => models.close());
  return await beginIn(dock, provider);
}

/** A master that has had a turn, and rests. */
export async function beginIn(dock: Dock, provider: RealProvider): Promise<Story> {
  const client = await dock.connect();
  const { thread_id: master } = await client.call('spawn_thread', {
    ...{ task_name: 'lead', provider, prompt: goal, role: 'master', permission_mode: 'ask' },
  });
  await inState(client, master, 'idle');
  return { provider, dock, models: dock.models, client, master };
}

export async function open({ client, master, provider }: Story, t: TestContext): Promise<Seat> {
  const seat = sitDown(t, client, master);
  await client.call('open_native', { thread_id: master });
  for (const text of ready[provider]) await seat.shows(text);
  return seat;
}

/** Whether the agent of the open terminal rests, each time that this changes. */
export function followRest({ client, master }: Story, t: TestContext): readonly boolean[] {
  const seen: boolean[] = [];
  const stop = client.onDidChangeThreads(() => {
    const rests = client.threads.get(master)?.turn?.rests;
    if (rests !== undefined && rests !== seen.at(-1)) seen.push(rests);
  });
  t.after(stop);
  return seen;
}

export const said = ({ client, master }: Story, text: string) =>
  waitFor(`the agent to say ${text}`, async () =>
    (await historyOf(client, master)).some(event => event.type === 'text' && event['text'] === text),
  );

export const newsOf = ({ client, master }: Story) =>
  client.threads.get(master)?.inbox.filter(({ kind }) => kind === 'child_ended') ?? [];

export const prompts = ({ models }: Story) =>
  models.requests().filter(({ side, userTurns }) => !side && userTurns.includes(goal));
