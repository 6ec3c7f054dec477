import { DockError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { JournalEvent } from '../contracts/journalEvent.ts';
import type { TextRef } from '../contracts/text.ts';
import type { Thread } from '../contracts/thread.ts';
import { reduceThread } from '../core/reduceThread.ts';
import { type Blobs, openBlobs } from './blobs.ts';
import type { Damage, DamageLog, ReportDamage } from './damage.ts';
import { History } from './history.ts';
import { HistorySource } from './historySource.ts';
import type { Journal, ThreadChange } from './journal.ts';
import type { JournalEntry } from './journalEntry.ts';
import type { Lock, LockHolder } from './lock.ts';
import { Mirror } from './mirror.ts';
import { openJournal } from './openJournal.ts';
import { SaveTimer } from './saveTimer.ts';
import { SeqCounter } from './seqCounter.ts';
import { makeStateFolder, type StateFolder } from './stateFolder.ts';
import type { ThreadIndex } from './threadIndex.ts';
import type { CommitListener, ThreadStore, ThreadStoreOptions } from './threadStore.ts';

interface StoreParts {
  readonly options: ThreadStoreOptions;
  readonly folder: StateFolder;
  readonly lock: Lock;
  readonly index: ThreadIndex;
  readonly damage: DamageLog;
}

/** Puts the parts together: journal first, then index, history, mirror, and at last the listeners. */
export class LiveStore implements ThreadStore {
  readonly folder: StateFolder;
  readonly history: History;
  readonly #blobs: Blobs;
  readonly #lock: Lock;
  readonly #options: ThreadStoreOptions;
  readonly #index: ThreadIndex;
  readonly #damage: DamageLog;
  readonly #source: HistorySource;
  readonly #seqs: SeqCounter;
  readonly #mirror: Mirror;
  readonly #saves: SaveTimer;
  readonly #listeners = new Set<CommitListener>();
  #journal: Journal | undefined;
  #closing: Promise<void> | undefined;
  #savesFail = false;
  #openedReadOnly = false;
  #stoppedBeforeClose = false;

  constructor({ options, folder, lock, index, damage }: StoreParts) {
    this.folder = folder;
    this.#options = options;
    this.#lock = lock;
    this.#index = index;
    this.#damage = damage;
    this.#source = new HistorySource(
      thread => index.get(thread)?.seq ?? 0,
      () => this.readFrom(0),
    );
    this.#blobs = openBlobs(folder.dir);
    this.history = new History({
      dir: folder.historyDir,
      nextSeq: thread => this.#seqs.next(thread),
      blobs: this.#blobs,
      report: damage.report,
      mayWrite: () => this.#mayWriteHistory(),
      log: options.log,
      missingAfter: (thread, lastSeq) => this.#source.missingAfter(thread, lastSeq),
      stateEvents: thread => this.#source.stateEvents(thread),
    });
    this.#seqs = new SeqCounter(thread =>
      Math.max(index.get(thread)?.seq ?? 0, this.history.lastSeqOnDisk(thread)),
    );
    this.#mirror = new Mirror({
      file: folder.mirrorFile,
      threads: () => index.all(),
      mayWrite: () => this.#mayWrite(),
      report: damage.report,
    });
    this.#saves = new SaveTimer(() => this.#saveIndex());
  }

  get epoch(): number {
    return this.#open.epoch;
  }

  get lastGseq(): number {
    return this.#open.lastGseq;
  }

  get readOnly(): DockError | undefined {
    return this.#open.readOnly;
  }

  threads(): ReadonlyMap<ThreadId, Thread> {
    return this.#index.threads();
  }

  get(id: ThreadId): Thread | undefined {
    return this.#index.get(id);
  }

  async commit(changes: readonly ThreadChange[]): Promise<readonly JournalEvent[]> {
    return await this.#open.append(changes);
  }

  async hostStarted(host: { readonly version: string; readonly pid: number }): Promise<void> {
    await this.#open.appendHost(host);
  }

  async ensureInPlace(): Promise<void> {
    await this.#open.ensureInPlace();
  }

  onCommit(listener: CommitListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readFrom(gseq: number): AsyncIterable<JournalEvent> {
    return this.#open.readFrom(gseq);
  }

  async putText(text: string): Promise<TextRef> {
    if (this.readOnly !== undefined) throw this.readOnly;
    return await this.#blobs.putText(text).catch(async () => {
      // The folder may have been removed: the journal notices, and brings it back where it may.
      await this.#open.ensureInPlace();
      return await this.#blobs.putText(text);
    });
  }

  async getText(ref: TextRef): Promise<string> {
    return await this.#blobs.getText(ref);
  }

  async lockHolder(): Promise<LockHolder> {
    return await this.#lock.holder();
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  damage(): readonly Damage[] {
    return this.#damage.list();
  }

  onDamage(listener: ReportDamage): () => void {
    return this.#damage.onReport(listener);
  }

  async flush(): Promise<void> {
    await this.history.flush();
    await this.#blobs.flush();
    await this.#saves.flush();
    await this.#mirror.flush();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Brings the index up to date with the journal, and opens that for writing. */
  async openJournal(key: Buffer): Promise<void> {
    const from = this.#index.loadedPosition;
    const { fileOps: ops, segmentBytes } = this.#options;
    const { journal, fromFitted, foundGseq } = await openJournal({
      dir: this.folder.journalDir,
      key,
      from,
      readOnly: this.#index.readOnly,
      report: this.#damage.report,
      nextSeq: thread => this.#nextSeqForChange(thread),
      onEntry: (entry, gseq) => this.#replay(entry, gseq, from?.gseq ?? 0),
      onDurable: events => this.#apply(events),
      onRefused: events => {
        for (const { thread, seq } of events) this.history.release(thread, seq);
      },
      lockHolder: () => this.#lock.holder(),
      recover: () => this.#recover(),
      ...(ops === undefined ? {} : { ops }),
      ...(segmentBytes === undefined ? {} : { segmentBytes }),
    });
    this.#journal = journal;
    this.#openedReadOnly = journal.readOnly !== undefined;
    if (this.#openedReadOnly) return;
    if (from !== undefined && foundGseq < from.gseq) await this.#bringForward(journal);
    if (from === undefined || !fromFitted || foundGseq > from.gseq) this.#saves.touch();
    this.#mirror.touch();
  }

  get #open(): Journal {
    if (this.#journal === undefined) throw new Error('The journal is not open yet');
    return this.#journal;
  }

  #nextSeqForChange(thread: ThreadId): number {
    const seq = this.#seqs.next(thread);
    this.history.hold(thread, seq);
    return seq;
  }

  /** What the journal holds beyond the image. */
  #replay(entry: JournalEntry, gseq: number, imageGseq: number): void {
    if (gseq <= imageGseq) return;
    if (entry.kind === 'snapshot') for (const thread of entry.threads) this.#index.upsert(thread);
    if (entry.kind !== 'events') return;
    for (const event of entry.events) {
      this.#source.remember(event);
      const thread = reduceThread(this.#index.get(event.thread), event);
      if (thread !== undefined) this.#index.upsert(thread);
    }
  }

  #apply(events: readonly JournalEvent[]): void {
    for (const event of events) {
      const thread = reduceThread(this.#index.get(event.thread), event);
      if (thread !== undefined) this.#index.upsert(thread);
    }
    for (const event of events) this.history.copy(event);
    this.#mirror.touch();
    this.#saves.touch();
    for (const listener of this.#listeners) {
      try {
        listener(events);
      } catch (error) {
        this.#options.log?.(
          `A listener of the store failed: ${error instanceof Error ? error.stack : error}`,
        );
      }
    }
  }

  /** The journal was set back behind the image: what the image knows is written into it. */
  async #bringForward(journal: Journal): Promise<void> {
    this.#damage.report({
      kind: 'lost',
      file: 'journal',
      message: 'The journal holds less than the index; what the index knows was written into it again',
    });
    await journal.appendSnapshot(this.#index.all()).catch(() => undefined);
  }

  async #recover(): Promise<Iterable<Thread>> {
    if (!(await this.folder.rootIsStillOurs())) {
      throw new DockError('storage_unavailable', 'The workspace folder was moved or removed', {
        retryable: false,
        hint: 'Start AgentDock again where the folder is now.',
      });
    }
    await makeStateFolder(this.folder);
    if (!(await this.#lock.restore())) {
      throw new DockError('conflict', 'Another AgentDock host has taken this workspace folder');
    }
    this.#saves.touch();
    this.#mirror.touch();
    return this.#index.all();
  }

  async #mayWrite(): Promise<boolean> {
    const stopped = this.#closing === undefined ? this.readOnly !== undefined : this.#stoppedBeforeClose;
    return !stopped && (await this.#lock.stillOurs());
  }

  /** Also after a failed fsync: what runs goes on, and no promise hangs on its transcript. */
  async #mayWriteHistory(): Promise<boolean> {
    return !this.#openedReadOnly && (await this.#lock.stillOurs());
  }

  /** False when it is to be tried again. */
  async #saveIndex(): Promise<boolean> {
    if (!(await this.#mayWrite())) return true;
    try {
      // The copies in the histories go first: at the next start only the journal after this image is looked at.
      await this.#index.save(this.#open.position(), () => this.history.flush());
      this.#savesFail = false;
      return true;
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      if (!this.#savesFail) this.#damage.report({ kind: 'unsaved', file: 'agentdock.db', message });
      this.#savesFail = true;
      return false;
    }
  }

  async #close(): Promise<void> {
    this.#stoppedBeforeClose = this.readOnly !== undefined;
    await this.#open.close();
    await this.flush();
    await this.history.close();
    await this.#mirror.close();
    this.#saves.cancel();
    this.#listeners.clear();
    this.#index.close();
    await this.#lock.release();
  }
}
