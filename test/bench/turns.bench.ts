// Trivial turns through AgentDock against the same CLIs started directly, with the same parallelism.
// `ROUNDS=1 PROVIDERS=codex npm run bench -- turns` takes one round on one provider.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { table } from '../../src/cli/io.ts';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ProviderId } from '../../src/contracts/ids.ts';
import { type Dock, makeDock } from '../host/harness.ts';
import type { RealProvider } from '../host/turns.ts';
import { chosenProviders } from '../support/chosenProviders.ts';
import { makeOwner, quantile } from './measure.ts';

const rounds = Number(process.env['ROUNDS'] ?? 3);
const turns = 8;
const parallel = 4;
const prompt = 'Say it.\n<<script\nsay It is said.\nscript>>';

/** Each reads its prompt from standard input; quoting for `sh`. */
const commands: Readonly<Record<RealProvider, string>> = {
  codex: '"$AGENTDOCK_CODEX_BIN" exec --json --skip-git-repo-check -s read-only -',
  claude_code: '"$AGENTDOCK_CLAUDE_BIN" -p --output-format stream-json --verbose',
  opencode: '"$AGENTDOCK_OPENCODE_BIN" run --format json --title bench',
};

interface Result {
  readonly seconds: number;
  /** Largest sum of the proportional set sizes of all processes at one moment, in MB. */
  readonly megabytes: number;
}

/** One way to run the turns; returns what was measured after everything it needs was made ready. */
type Way = (dock: Dock, provider: RealProvider) => Promise<Result>;

const ways: readonly (readonly [string, Way])[] = [
  [
    'shell loop',
    async (dock, provider) => {
      await endHost(dock);
      return await measured(dock, () => runDirect(dock, commands[provider], turns));
    },
  ],
  [
    'cold',
    async (dock, provider) => {
      await endHost(dock);
      return await measured(dock, () => withClient(dock, client => runThreads(client, provider, turns)));
    },
  ],
  [
    'warm',
    (dock, provider) =>
      withClient(dock, async client => {
        await runThreads(client, provider, 1);
        return await measured(dock, () => runThreads(client, provider, turns));
      }),
  ],
];

const rows: string[][] = [];
for (const provider of chosenProviders()) {
  const owner = makeOwner();
  try {
    // With OpenCode's whole catalogue of models, as people have it.
    const env = { OPENCODE_MODELS_PATH: undefined };
    const dock = await makeDock(owner, { settings: { max_running: parallel }, env });
    // Once before, so that neither side pays for the first start of a fresh HOME.
    await runDirect(dock, commands[provider], 1);
    rows.push(...describe(provider, await measureAll(dock, provider)));
  } finally {
    await owner.clean();
  }
}
console.log(
  `${turns} turns, ${parallel} at once, ${rounds} rounds; memory as the largest sum of PSS over all processes`,
);
console.log(table([['PROVIDER', '', 'WALL', 'FROM, TO', 'RATIO', 'MEMORY', 'RATIO'], ...rows]));

/** Each round begins with another way, so that what the machine does meanwhile meets all of them alike. */
async function measureAll(
  dock: Dock,
  provider: RealProvider,
): Promise<ReadonlyMap<string, readonly Result[]>> {
  const results = new Map<string, readonly Result[]>(ways.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const first = round % ways.length;
    for (const [name, way] of [...ways.slice(first), ...ways.slice(0, first)]) {
      const result = await way(dock, provider);
      results.set(name, [...(results.get(name) ?? []), result]);
    }
  }
  return results;
}

/** Medians, and each as a multiple of the first way's, the reference. */
function describe(provider: string, results: ReadonlyMap<string, readonly Result[]>): string[][] {
  const all = [...results].map(([name, list]) => {
    const seconds = list.map(result => result.seconds);
    const memory = list.map(result => result.megabytes);
    return { name, seconds, wall: quantile(seconds, 0.5), memory: quantile(memory, 0.5) };
  });
  return all.map(({ name, seconds, wall, memory }) => [
    provider,
    name,
    `${wall.toFixed(2)} s`,
    `${Math.min(...seconds).toFixed(2)}, ${Math.max(...seconds).toFixed(2)}`,
    `${(wall / (all[0]?.wall ?? Number.NaN)).toFixed(2)}x`,
    `${memory.toFixed(0)} MB`,
    `${(memory / (all[0]?.memory ?? Number.NaN)).toFixed(2)}x`,
  ]);
}

/** With it go the servers of the providers. */
async function endHost(dock: Dock): Promise<void> {
  if ((await dock.hostPids()).length > 0) await dock.killHost('SIGTERM');
}

async function withClient<T>(dock: Dock, use: (client: DockClient) => Promise<T>): Promise<T> {
  const client = await dock.connect();
  try {
    return await use(client);
  } finally {
    client.dispose();
  }
}

/** `xargs` runs the CLI `count` times, `parallel` at once. */
async function runDirect(dock: Dock, command: string, count: number): Promise<void> {
  const script = `seq ${count} | xargs -P ${parallel} -I{} sh -c 'printf %s "$PROMPT" | ${command} > /dev/null 2>&1'`;
  const child = spawn('/bin/sh', ['-c', script], {
    cwd: dock.workspace,
    env: { ...dock.env, PROMPT: prompt },
    stdio: 'ignore',
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`Expected the shell loop to end with 0, got ${code}: ${command}`);
}

async function runThreads(client: DockClient, provider: ProviderId, count: number): Promise<void> {
  const started = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      client.call('spawn_thread', {
        task_name: `turn ${index}`,
        provider,
        prompt,
        permission_mode: 'read_only',
      }),
    ),
  );
  const thread_ids = started.map(({ thread_id }) => thread_id);
  for (;;) {
    const reply = await client.call('wait_threads', { thread_ids, until: 'all' });
    if (reply.still_running.length > 0) continue;
    const bad = reply.finished.filter(({ state }) => state !== 'completed');
    if (bad.length > 0) throw new Error(`Expected all to complete, got ${JSON.stringify(bad[0])}`);
    return;
  }
}

async function measured(dock: Dock, work: () => Promise<unknown>): Promise<Result> {
  let largest = 0;
  let isOver = false;
  const sampling = (async () => {
    while (!isOver) {
      largest = Math.max(largest, await megabytes(dock));
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  })();
  const begin = performance.now();
  await work();
  const seconds = (performance.now() - begin) / 1000;
  isOver = true;
  await sampling;
  return { seconds, megabytes: largest };
}

async function megabytes(dock: Dock): Promise<number> {
  const kilobytes = (await dock.processes()).map(pid => {
    try {
      return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      return 0;
    }
  });
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1024;
}
