import * as z from 'zod';
import { threadIdSchema, timeSchema } from '../contracts/ids.ts';
import {
  type HostEvent,
  hostEventSchema,
  type JournalEvent,
  journalEventSchema,
  stateChangeSchema,
  stateVersion,
} from '../contracts/journalEvent.ts';
import { type Thread, threadSchema } from '../contracts/thread.ts';

/** What one authentic line says. */
export type JournalEntry =
  | { readonly kind: 'events'; readonly events: readonly JournalEvent[] }
  /** The whole state of these threads, written when earlier lines had been lost. */
  | { readonly kind: 'snapshot'; readonly gseq: number; readonly threads: readonly Thread[] }
  | { readonly kind: 'host'; readonly event: HostEvent }
  /** Head of a segment, or the mark of an open: only their numbers count. */
  | { readonly kind: 'mark' };

export interface ParsedEntry {
  readonly entry: JournalEntry;
  readonly v: number;
  readonly epoch: number;
  /** Highest number in the line. */
  readonly gseq: number;
  /** Lowest number in the line. */
  readonly firstGseq: number;
  /** A part of a known type that does not parse; the rest counts. */
  readonly unreadable: boolean;
  readonly type: string;
}

const envelopeSchema = z.looseObject({
  v: z.number().int(),
  epoch: z.number().int(),
  gseq: z.number().int(),
  at: timeSchema,
  type: z.string(),
});

const batchSchema = z.object({ events: z.array(z.looseObject({})) });
const snapshotSchema = z.object({ threads: z.array(z.unknown()) });

const knownTypes: ReadonlySet<string> = new Set(
  stateChangeSchema.options.map(option => option.shape.type.value),
);

/** An event of a type this version does not know: kept, and without effect. */
const unknownEventSchema = z.looseObject({
  v: z.number().int(),
  epoch: z.number().int(),
  gseq: z.number().int(),
  at: timeSchema,
  thread: threadIdSchema,
  seq: z.number().int(),
  type: z.string(),
});

/** Undefined when the line has not even the envelope of a journal line. */
export function parseEntry(value: unknown): ParsedEntry | undefined {
  const envelope = envelopeSchema.safeParse(value);
  if (!envelope.success) return undefined;
  const { v, epoch, gseq, type } = envelope.data;
  const { entry, unreadable } = entryOf(envelope.data);
  const first = entry.kind === 'events' ? entry.events[0]?.gseq : undefined;
  return { entry, v, epoch, type, gseq, firstGseq: first ?? gseq, unreadable };
}

type Envelope = z.infer<typeof envelopeSchema>;
type Parsed = Pick<ParsedEntry, 'entry' | 'unreadable'>;

function entryOf(value: Envelope): Parsed {
  const { v, epoch, at } = value;
  switch (value.type) {
    case 'segment':
    case 'journal.opened':
      return { entry: { kind: 'mark' }, unreadable: false };
    case 'batch': {
      const batch = batchSchema.safeParse(value);
      if (!batch.success) return { entry: { kind: 'mark' }, unreadable: true };
      const events = batch.data.events.map(member => parseEvent({ ...member, v, epoch, at }));
      return eventsEntry(events);
    }
    case 'snapshot': {
      const snapshot = snapshotSchema.safeParse(value);
      if (!snapshot.success) return { entry: { kind: 'mark' }, unreadable: true };
      const threads = snapshot.data.threads.flatMap(parseThread);
      const unreadable = threads.length < snapshot.data.threads.length;
      return { entry: { kind: 'snapshot', gseq: value.gseq, threads }, unreadable };
    }
    case 'host.started': {
      const host = hostEventSchema.safeParse(value);
      return host.success
        ? { entry: { kind: 'host', event: host.data }, unreadable: false }
        : { entry: { kind: 'mark' }, unreadable: true };
    }
    default:
      return eventsEntry([parseEvent(value)]);
  }
}

function eventsEntry(events: readonly (JournalEvent | undefined)[]): Parsed {
  const readable = events.filter(event => event !== undefined);
  return { entry: { kind: 'events', events: readable }, unreadable: readable.length < events.length };
}

function parseEvent(value: Readonly<Record<string, unknown>>): JournalEvent | undefined {
  const known = journalEventSchema.safeParse(value);
  if (known.success) return known.data;
  if (typeof value['type'] !== 'string' || knownTypes.has(value['type'])) return undefined;
  const unknown = unknownEventSchema.safeParse(value);
  // The one place where an event is not what its type says: the reducer leaves types it does not know alone.
  return unknown.success ? (unknown.data as JournalEvent) : undefined;
}

function parseThread(value: unknown): Thread[] {
  const thread = threadSchema.safeParse(value);
  return thread.success ? [thread.data] : [];
}

export function isNewer(v: number): boolean {
  return v > stateVersion;
}
