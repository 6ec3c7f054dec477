import type { JournalEvent } from '../contracts/journalEvent.ts';
import { Chain, type JournalPosition } from './journalScan.ts';
import { finishedLines, listSegments, readSegment } from './journalSegments.ts';

export interface ReadEventsOptions {
  readonly dir: string;
  readonly key: Buffer;
  readonly after: number;
  /** How far the journal is durable, asked anew for each segment. */
  readonly end: () => JournalPosition;
}

/** The durable events with a number above `after`, in order. Lines that are not authentic are left out. */
export async function* readEvents({ dir, key, after, end }: ReadEventsOptions): AsyncGenerator<JournalEvent> {
  const chain = new Chain(key, () => undefined, { journal: end().journal });
  for (const segment of await segmentsAfter({ dir, key, after, end })) {
    const limit = end();
    const bytes = await readSegment(dir, segment, 0, segment === limit.segment ? limit.offset : undefined);
    for (const { text } of finishedLines(bytes)) {
      const entry = chain.take(text, '', undefined)?.entry;
      if (entry?.kind === 'events') yield* entry.events.filter(event => event.gseq > after);
    }
  }
}

/** A segment's head says which number came before it: all before the last one with a lower number is not needed. */
async function segmentsAfter({ dir, key, after, end }: ReadEventsOptions): Promise<number[]> {
  const { journal, segment: newest } = end();
  const segments = (await listSegments(dir))
    .filter(({ segment, isFile }) => isFile && segment <= newest)
    .map(({ segment }) => segment);
  for (let at = segments.length - 1; at > 0; at -= 1) {
    const segment = segments[at];
    if (segment === undefined) continue;
    const head = await readSegment(dir, segment, 0, headBytes);
    const [line] = finishedLines(head);
    const parsed =
      line === undefined
        ? undefined
        : new Chain(key, () => undefined, { journal }).take(line.text, '', undefined);
    if (parsed?.type === 'segment' && parsed.gseq <= after) return segments.slice(at);
  }
  return segments;
}

const headBytes = 1024;
