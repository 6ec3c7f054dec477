// How long a host with many finished threads takes from its start to a client's first snapshot.
import { rm } from 'node:fs/promises';
import { userFolder } from '../../src/core/userFolder.ts';
import { startTimeOf } from '../../src/providers/process/processTable.ts';
import { openThreadStore } from '../../src/store/threadStore.ts';
import { makeDock } from '../host/harness.ts';
import { makeOwner, milliseconds, report, type Sample } from './measure.ts';

const runs = 5;
const owner = makeOwner();
try {
  const samples: Sample[] = [];
  for (const threads of [0, 1_000, 10_000]) {
    const dock = await makeDock(owner);
    await fill(dock.workspace, userFolder(dock.env), threads);
    const values: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      values.push(
        await milliseconds(async () => {
          const client = await dock.connect();
          await new Promise<void>(resolve => {
            if (client.threads.size >= threads) return resolve();
            client.onDidChangeThreads(() => client.threads.size >= threads && resolve());
          });
        }),
      );
      await dock.killHost('SIGTERM');
    }
    // Without the image the whole journal is read.
    const rebuilt: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      for (const name of ['agentdock.db', 'agentdock.db.prev', 'agentdock.db.seal']) {
        await rm(dock.state(name), { force: true });
      }
      rebuilt.push(await milliseconds(() => dock.connect()));
      await dock.killHost('SIGTERM');
    }
    samples.push({ name: `${threads} finished threads`, values });
    samples.push({ name: `${threads}, index rebuilt from the journal`, values: rebuilt });
    await dock.dispose();
  }
  report('ms', samples);
} finally {
  await owner.clean();
}

async function fill(workspace: string, userConfigDir: string, threads: number): Promise<void> {
  const store = await openThreadStore({ workspace, userConfigDir, startTimeOf });
  for (let index = 0; index < threads; index += 1) {
    const thread = `thread-bench-${index}`;
    const turn_id = `turn-${index}`;
    // Not awaited one by one: what comes together shares an fsync.
    const done = store.commit([
      {
        thread,
        change: {
          type: 'thread.created',
          depth: 0,
          role: 'worker',
          provider: 'codex',
          task_name: `task ${index}`,
          working_dir: '.',
          permission_mode: 'ask',
        },
      },
      {
        thread,
        change: {
          type: 'turn.queued',
          turn_id,
          origin: 'person',
          prompt: { text: `Do part ${index} of the work.` },
          message_id: turn_id,
        },
      },
      { thread, change: { type: 'turn.preparing', turn_id } },
      { thread, change: { type: 'turn.started', turn_id } },
      {
        thread,
        change: {
          type: 'turn.ended',
          turn_id,
          outcome: 'completed',
          result: { text: 'Done. '.repeat(40) },
          source: 'provider',
        },
      },
    ]);
    if (index % 200 === 199 || index === threads - 1) await done;
  }
  await store.close();
}
