// Trivial turns through AgentDock against the same CLIs started directly, with the same parallelism.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { table } from '../../src/cli/io.ts';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ProviderId } from '../../src/contracts/ids.ts';
import { type Dock, makeDock } from '../host/harness.ts';
import { makeOwner } from './measure.ts';

const turns = 8;
const parallel = 4;
const prompt = 'Say it.\n<<script\nsay It is said.\nscript>>';

/** Each reads its prompt from standard input; quoting for `sh`. */
const direct: readonly { readonly provider: ProviderId; readonly command: string }[] = [
  {
    provider: 'codex',
    command: '"$AGENTDOCK_CODEX_BIN" exec --json --skip-git-repo-check -s read-only -',
  },
  {
    provider: 'claude_code',
    command: '"$AGENTDOCK_CLAUDE_BIN" -p --output-format stream-json --verbose',
  },
  { provider: 'opencode', command: '"$AGENTDOCK_OPENCODE_BIN" run --format json --title bench' },
];

interface Result {
  readonly seconds: number;
  /** Largest sum of the proportional set sizes of all processes at one moment, in MB. */
  readonly megabytes: number;
}

const rows: string[][] = [];
for (const { provider, command } of direct) {
  const owner = makeOwner();
  try {
    const dock = await makeDock(owner, { settings: { max_running: parallel } });
    // Once before, so that neither side pays for the first start of a fresh HOME.
    await runDirect(dock, command, 1);
    const shell = await measured(dock, () => runDirect(dock, command, turns));
    const cold = await measured(dock, async () => runThreads(await dock.connect(), provider));
    const client = await dock.connect();
    const warm = await measured(dock, () => runThreads(client, provider));
    for (const [name, result] of Object.entries({ 'shell loop': shell, cold, warm })) {
      rows.push([
        provider,
        name,
        `${result.seconds.toFixed(2)} s`,
        `${(result.seconds / shell.seconds).toFixed(2)}x`,
        `${result.megabytes.toFixed(0)} MB`,
        `${(result.megabytes / shell.megabytes).toFixed(2)}x`,
      ]);
    }
  } finally {
    await owner.clean();
  }
}
console.log(`${turns} turns, ${parallel} at once; memory as the largest sum of PSS over all processes`);
console.log(table([['PROVIDER', '', 'WALL', 'RATIO', 'MEMORY', 'RATIO'], ...rows]));

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

async function runThreads(client: DockClient, provider: ProviderId): Promise<void> {
  const started = await Promise.all(
    Array.from({ length: turns }, (_, index) =>
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

async function measured(dock: Dock, work: () => Promise<void>): Promise<Result> {
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
