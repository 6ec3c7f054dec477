// Run by a test as a process of its own, to be killed: changes state without end and says what was acknowledged.
import { writeSync } from 'node:fs';
import { startTimeOf } from '../../src/providers/process/processTable.ts';
import { openThreadStore } from '../../src/store/threadStore.ts';
import { created, of, threadId, wholeTurn } from './changes.ts';

const [workspace = '', userConfigDir = ''] = process.argv.slice(2);
const store = await openThreadStore({ workspace, userConfigDir, startTimeOf, segmentBytes: 20_000 });

async function work(number: number): Promise<void> {
  const id = threadId(number);
  if (store.get(id) === undefined) await store.commit(of(id, created));
  for (let turn = 0; ; turn += 1) {
    for (const change of wholeTurn(`t${store.epoch}-${turn}`)) {
      store.history.append(id, undefined, { type: 'text', item: 'a', text: `before ${change.type}` });
      const [event] = await store.commit(of(id, change));
      writeSync(1, `${JSON.stringify({ id, seq: event?.seq, gseq: event?.gseq })}\n`);
    }
  }
}

await Promise.all([1, 2, 3].map(work));
