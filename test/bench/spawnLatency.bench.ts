// An acknowledged spawn against the least it could be: appending one line to a file and fsync.
import { open } from 'node:fs/promises';
import { makeDock } from '../host/harness.ts';
import { makeOwner, milliseconds, report } from './measure.ts';

const rounds = 300;
const owner = makeOwner();
try {
  const dock = await makeDock(owner, { settings: { max_running: 1 } });
  const client = await dock.connect();
  const spawn = (prompt: string) =>
    client.call('spawn_thread', { task_name: 'bench', provider: 'command', prompt });
  // Holds the only slot, so that no program starts while the others are queued.
  const { thread_id } = await spawn('sleep 600');
  const file = await open(dock.state('bench.jsonl'), 'a');
  const line = `${JSON.stringify({ line: 'x'.repeat(900) })}\n`;
  const appended: number[] = [];
  const spawned: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    appended.push(
      await milliseconds(async () => {
        await file.appendFile(line);
        await file.sync();
      }),
    );
    spawned.push(await milliseconds(() => spawn('true')));
  }
  await file.close();
  report('ms', [
    { name: 'append + fsync', values: appended },
    { name: 'spawn_thread, acknowledged', values: spawned },
  ]);
  await client.call('cancel_thread', { thread_id });
} finally {
  await owner.clean();
}
