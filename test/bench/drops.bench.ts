// 200 requests dropped at once, until the last result is there, against writing 200 files and reading them back.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dropsOf } from '../host/drops.ts';
import { makeDock } from '../host/harness.ts';
import { makeOwner, milliseconds, report } from './measure.ts';

const files = 200;
/** All of one host: more would meet its rate limit. */
const rounds = 5;
const owner = makeOwner();
try {
  const written: number[] = [];
  const looked: number[] = [];
  const spawned: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    written.push(await writeAndRead());
    looked.push(await dropAll(() => ({ tool: 'list_threads', args: { limit: 1 } })));
    spawned.push(
      await dropAll(name => ({
        tool: 'spawn_thread',
        args: { task_name: name, provider: 'codex', prompt: 'Go.' },
      })),
    );
  }
  report('ms', [
    { name: `${files} files written, renamed and read`, values: written },
    { name: `${files} requests that look, answered`, values: looked },
    { name: `${files} requests that spawn, answered`, values: spawned },
  ]);
} finally {
  await owner.clean();
}

/** A fresh host each time, whose only slot is taken. */
async function dropAll(call: (name: string) => object): Promise<number> {
  const dock = await makeDock(owner, { settings: { max_running: 1 } });
  const client = await dock.connect();
  await client.call('spawn_thread', { task_name: 'bench', provider: 'command', prompt: 'sleep 600' });
  const { drop, result } = dropsOf(dock);
  const names = Array.from({ length: files }, (_, index) => `bench-${index}`);
  const took = await milliseconds(async () => {
    await Promise.all(names.map(name => drop(name, call(name))));
    // One after another: all of them looking all the time would be what is measured.
    for (const name of names.toReversed()) await result(name);
  });
  await dock.dispose();
  return took;
}

async function writeAndRead(): Promise<number> {
  const dock = await makeDock(owner);
  const folder = join(dock.workspace, 'files');
  await mkdir(folder);
  const names = Array.from({ length: files }, (_, index) => join(folder, `${index}.json`));
  const text = JSON.stringify({ tool: 'list_threads', args: { limit: 1 } });
  const took = await milliseconds(async () => {
    await Promise.all(
      names.map(async name => {
        await writeFile(`${name}.tmp`, text);
        await rename(`${name}.tmp`, name);
      }),
    );
    for (const name of names) await readFile(name, 'utf8');
  });
  await rm(folder, { recursive: true });
  await dock.dispose();
  return took;
}
