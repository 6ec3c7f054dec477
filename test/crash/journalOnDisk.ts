import { readdir, readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Dock } from '../host/harness.ts';

const changeSchema = z.looseObject({
  gseq: z.number(),
  type: z.string(),
  thread: z.string().optional(),
  seq: z.number().optional(),
  turn_id: z.string().optional(),
});
export type JournalChange = z.infer<typeof changeSchema>;

const lineSchema = changeSchema.extend({
  epoch: z.number(),
  mac: z.string(),
  events: z.array(changeSchema).optional(),
});

/** All changes in the journal's files, by a reader of our own. A last line without its end does not count. */
export async function journalChanges(dock: Dock): Promise<readonly JournalChange[]> {
  const names = await readdir(dock.state('journal')).catch(() => []);
  const numbers = names.flatMap(name => (/^\d+\.jsonl$/.test(name) ? [Number.parseInt(name, 10)] : []));
  const changes: JournalChange[] = [];
  let epoch = 0;
  for (const number of numbers.sort((a, b) => a - b)) {
    const text = await readFile(dock.state('journal', `${number}.jsonl`), 'utf8');
    for (const line of text.split('\n').slice(0, -1)) {
      const { events, ...change } = lineSchema.parse(JSON.parse(line));
      if (change.epoch < epoch) throw new Error(`Epoch ${change.epoch} follows epoch ${epoch}.`);
      epoch = change.epoch;
      for (const one of events ?? [change]) {
        const last = changes.at(-1);
        if (last !== undefined && one.gseq <= last.gseq)
          throw new Error(`Number ${one.gseq} follows ${last.gseq}.`);
        changes.push(one);
      }
    }
  }
  return changes;
}
