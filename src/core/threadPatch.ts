import type { JournalEvent, StateChange } from '../contracts/journalEvent.ts';
import type { Thread, ThreadState } from '../contracts/thread.ts';
import { definedOnly } from './definedOnly.ts';

/** One kind of change, as the journal holds it. */
export type Of<T extends StateChange['type']> = Extract<JournalEvent, { type: T }>;

/** What a change does to a thread; `undefined` as a value removes the field. */
export type Patch = { readonly [K in keyof Thread]?: Thread[K] | undefined };

export function moveTo(
  state: ThreadState,
  event: JournalEvent,
  source: Thread['evidence']['source'] = 'journal',
): Patch {
  return { state, since: event.at, evidence: { source, at: event.at } };
}

/** A field that is absent and one that is `undefined` would differ in the image and after a rebuild. */
export function withoutUndefined<T extends object>(value: T): T {
  return definedOnly(value) as T;
}
