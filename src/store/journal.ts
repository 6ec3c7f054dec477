import { DockError } from '../contracts/errors.ts';
import { type ThreadId, threadIdSchema } from '../contracts/ids.ts';
import {
  type JournalEvent,
  type StateChange,
  stateChangeSchema,
  stateVersion,
} from '../contracts/journalEvent.ts';
import type { Thread } from '../contracts/thread.ts';
import { storageError } from '../core/storageError.ts';
import { readEvents } from './journalRead.ts';
import type { JournalPosition } from './journalScan.ts';
import {
  chunks,
  JournalTail,
  type JournalTailOptions,
  type JournalTailStart,
  type Payload,
} from './journalTail.ts';

export interface ThreadChange {
  readonly thread: ThreadId;
  readonly change: StateChange;
}

export interface JournalOptions extends Omit<JournalTailOptions, 'envelope'> {
  readonly nextSeq: (thread: ThreadId) => number;
  /** Called for each append in the order of numbers, before its promise resolves. */
  readonly onDurable: (events: readonly JournalEvent[]) => void;
  /** The numbers of these events stay unused. */
  readonly onRefused: (events: readonly JournalEvent[]) => void;
}

interface Pending {
  /** Undefined for one that only looks whether the journal is in its place. */
  readonly payload: Payload | undefined;
  readonly events: readonly JournalEvent[];
  readonly resolve: (events: readonly JournalEvent[]) => void;
  readonly reject: (error: DockError) => void;
}

/**
 * The truth: every change of state, in order, on disk before anyone is told. Appends that come while one is being
 * written share the next write and its fsync.
 */
export class Journal {
  /** Rises with every open. */
  readonly epoch: number;
  readonly #options: JournalOptions;
  readonly #tail: JournalTail;
  #gseq: number;
  #pending: Pending[] = [];
  #writing: Promise<void> | undefined;
  #closed: DockError | undefined;

  constructor(options: JournalOptions, start: JournalTailStart) {
    this.#options = options;
    this.#tail = new JournalTail({ ...options, envelope: () => this.#envelope() }, start);
    this.epoch = start.position.epoch;
    this.#gseq = start.position.gseq;
  }

  /** Number of the newest durable event. */
  get lastGseq(): number {
    return this.position().gseq;
  }

  /** Why nothing can be written, or undefined. */
  get readOnly(): DockError | undefined {
    return this.#closed ?? this.#tail.readOnly;
  }

  /** The place after the newest durable line. */
  position(): JournalPosition {
    return this.#tail.position;
  }

  /** Resolves when all changes, which hold together, are on disk; rejects when none of them counts. */
  async append(changes: readonly ThreadChange[]): Promise<readonly JournalEvent[]> {
    const valid = changes.map(parseThreadChange);
    if (valid.length === 0) return [];
    if (this.readOnly !== undefined) throw this.readOnly;
    const members = valid.map(({ thread, change }) => ({
      gseq: this.#nextGseq(),
      thread,
      seq: this.#options.nextSeq(thread),
      ...change,
    }));
    const common = this.#envelope();
    const events = members.map((member): JournalEvent => ({ ...common, ...member }));
    const [only, second] = events;
    const batch = { ...common, gseq: this.#gseq, type: 'batch', events: members };
    return await this.#enqueue(only !== undefined && second === undefined ? only : batch, events);
  }

  async appendHost({ version, pid }: { readonly version: string; readonly pid: number }): Promise<void> {
    await this.#appendLine({ type: 'host.started', version, pid, gseq: this.#nextGseq() });
  }

  /** Makes the epoch durable: no later open can give it again. */
  async markOpened(): Promise<void> {
    await this.#appendLine({ type: 'journal.opened', gseq: this.#nextGseq() });
  }

  /** Writes whole states as of the newest number, where the journal holds less than is known. */
  async appendSnapshot(threads: Iterable<Thread>): Promise<void> {
    for (const chunk of chunks([...threads])) {
      await this.#appendLine({ type: 'snapshot', threads: chunk, gseq: this.#gseq });
    }
  }

  /** Brings the state's folder back if it was removed; rejects when that cannot be. */
  async ensureInPlace(): Promise<void> {
    if (this.readOnly !== undefined) throw this.readOnly;
    await this.#enqueue(undefined, []);
  }

  /** Durable events with a number above `gseq`. */
  readFrom(gseq: number): AsyncIterable<JournalEvent> {
    const { dir, key } = this.#options;
    return readEvents({ dir, key, after: gseq, end: () => this.position() });
  }

  /** Waits for what was appended. May be called twice. */
  async close(): Promise<void> {
    this.#closed ??= new DockError('storage_unavailable', 'The state was closed', { retryable: false });
    await this.#writing;
    await this.#tail.close(this.#closed);
  }

  async #appendLine(fields: Payload): Promise<void> {
    if (this.readOnly !== undefined) throw this.readOnly;
    await this.#enqueue({ ...this.#envelope(), ...fields }, []);
  }

  #envelope(): { readonly v: number; readonly epoch: number; readonly at: string } {
    return { v: stateVersion, epoch: this.epoch, at: new Date().toISOString() };
  }

  #nextGseq(): number {
    this.#gseq += 1;
    return this.#gseq;
  }

  #enqueue(payload: Payload | undefined, events: readonly JournalEvent[]): Promise<readonly JournalEvent[]> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ payload, events, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    // All appends of this turn of the event loop go into the first group.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const group = this.#pending;
      this.#pending = [];
      const payloads = group.flatMap(({ payload }) => payload ?? []);
      const refusal = await this.#tail
        .write(payloads, () => this.#settle(group))
        .catch((cause: unknown) => storageError('write', this.#options.dir, cause));
      if (refusal !== undefined) this.#refuse(group, refusal);
    }
    this.#writing = undefined;
  }

  #settle(group: readonly Pending[]): void {
    for (const { events, resolve } of group) {
      if (events.length > 0) this.#options.onDurable(events);
      resolve(events);
    }
  }

  #refuse(group: readonly Pending[], refusal: DockError): void {
    for (const { events, reject } of group) {
      if (events.length > 0) this.#options.onRefused(events);
      reject(refusal);
    }
  }
}

/** A change that does not parse would be lost at the next start. */
function parseThreadChange({ thread, change }: ThreadChange): ThreadChange {
  const id = threadIdSchema.safeParse(thread);
  const parsed = stateChangeSchema.safeParse(change);
  if (id.success && parsed.success) return { thread: id.data, change: parsed.data };
  const error = id.error ?? parsed.error;
  throw new DockError('invalid_arguments', `Expected a valid \`${change.type}\` change: ${error?.message}`);
}
