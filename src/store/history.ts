import { join } from 'node:path';
import type { AgentEvent, HistoryEvent } from '../contracts/agentEvent.ts';
import { DockError } from '../contracts/errors.ts';
import { type ThreadId, threadIdSchema } from '../contracts/ids.ts';
import type { JournalEvent } from '../contracts/journalEvent.ts';
import { inlineTextLimit, type TextRef } from '../contracts/text.ts';
import { definedOnly } from '../core/definedOnly.ts';
import type { Blobs } from './blobs.ts';
import type { ReportDamage } from './damage.ts';
import type { HistoryPage } from './historyFile.ts';
import { copyOf, recordOf } from './historyLine.ts';
import { ThreadHistory } from './threadHistory.ts';

export interface HistoryOptions {
  readonly dir: string;
  readonly nextSeq: (thread: ThreadId) => number;
  readonly blobs: Pick<Blobs, 'stageText'>;
  readonly report: ReportDamage;
  /** Whether this process is the one writer of the files. While it is not, what is new waits in memory. */
  readonly mayWrite: () => Promise<boolean>;
  /** Errors of listeners. */
  readonly log?: ((message: string) => void) | undefined;
  /** State events a thread's history must hold, given what it ends with; asked once, before its first use. */
  readonly missingAfter?: (thread: ThreadId, lastSeq: number) => Promise<readonly JournalEvent[]>;
  /** All state events of a thread: asked when a line of its history is unreadable. */
  readonly stateEvents?: (thread: ThreadId) => Promise<readonly JournalEvent[]>;
}

export interface ReadHistoryOptions {
  /** Only events with a higher number; 0 for all. */
  readonly after?: number;
  readonly limit?: number;
  readonly maxBytes?: number;
}

const filesAtOnce = 64;

export type HistoryListener = (thread: ThreadId, event: HistoryEvent) => void;

/**
 * The readable record of each thread. Events come out in the order of their numbers: one that follows a change of
 * state waits until that change is durable.
 */
export class History {
  readonly #options: HistoryOptions;
  readonly #threads = new Map<ThreadId, ThreadHistory>();
  readonly #listeners = new Set<HistoryListener>();

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /** Gives the event its number and returns at once; it is written within 50 ms. */
  append(thread: ThreadId, turnId: string | undefined, event: AgentEvent): HistoryEvent {
    const record = this.#of(thread);
    const at = new Date().toISOString();
    const kept = withSideFiles(event, text => this.#options.blobs.stageText(text));
    const numbered = recordOf(this.#options.nextSeq(thread), at, turnId, kept);
    record.add(numbered);
    return numbered;
  }

  /** Keeps the place of a change of state that is on its way to the disk. */
  hold(thread: ThreadId, seq: number): void {
    this.#of(thread).hold(seq);
  }

  /** Puts a durable change of state in its place. */
  copy(event: JournalEvent): void {
    this.#of(event.thread).fill(copyOf(event));
  }

  /** The change of that number was refused. */
  release(thread: ThreadId, seq: number): void {
    this.#of(thread).release(seq);
  }

  async read(thread: ThreadId, options: ReadHistoryOptions = {}): Promise<HistoryPage> {
    const { after = 0, limit = 1000, maxBytes = 1024 * 1024 } = options;
    return await this.#of(thread).read({ after, limit, maxBytes });
  }

  /** Highest number that was given out by the history or found in its file. */
  async lastSeq(thread: ThreadId): Promise<number> {
    return this.#of(thread).lastSeq;
  }

  lastSeqOnDisk(thread: ThreadId): number {
    return this.#of(thread).lastSeq;
  }

  onEvent(listener: HistoryListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async flush(): Promise<void> {
    const open = [...this.#threads.values()].filter(record => record.isUnwritten);
    // Each takes a file handle: not more at once than a process may have.
    for (let at = 0; at < open.length; at += filesAtOnce) {
      await Promise.all(open.slice(at, at + filesAtOnce).map(record => record.flush()));
    }
  }

  async close(): Promise<void> {
    await this.flush();
    for (const record of this.#threads.values()) record.close();
    this.#listeners.clear();
  }

  #emit(thread: ThreadId, event: HistoryEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(thread, event);
      } catch (error) {
        // A viewer that fails must not stop a change of state that is durable already.
        this.#options.log?.(
          `A listener of the history failed: ${error instanceof Error ? error.stack : error}`,
        );
      }
    }
  }

  #of(thread: ThreadId): ThreadHistory {
    const known = this.#threads.get(thread);
    if (known !== undefined) return known;
    if (!threadIdSchema.safeParse(thread).success) {
      throw new DockError('invalid_arguments', 'Expected a thread id, got something else');
    }
    const record = new ThreadHistory({
      path: join(this.#options.dir, `${thread}.jsonl`),
      file: `history/${thread}.jsonl`,
      report: this.#options.report,
      mayWrite: this.#options.mayWrite,
      emit: event => this.#emit(thread, event),
      missingAfter: async lastSeq =>
        ((await this.#options.missingAfter?.(thread, lastSeq)) ?? []).map(copyOf),
      stateEvents: async () => ((await this.#options.stateEvents?.(thread)) ?? []).map(copyOf),
    });
    this.#threads.set(thread, record);
    return record;
  }
}

/** The event with texts that are too long for a line put into side files. */
function withSideFiles(event: AgentEvent, stage: (text: string) => TextRef): AgentEvent {
  const short = (ref: TextRef | undefined) =>
    ref !== undefined && 'text' in ref && ref.text.length > inlineTextLimit ? stage(ref.text) : ref;
  switch (event.type) {
    case 'prompt':
    case 'steered':
      return { ...event, text: short(event.text) ?? event.text };
    case 'tool.started':
      return { ...event, ...definedOnly({ input: short(event.input) }) };
    case 'tool.ended':
      return { ...event, ...definedOnly({ output: short(event.output) }) };
    case 'unparsed':
      return { ...event, line: short(event.line) ?? event.line };
    default:
      return event;
  }
}
