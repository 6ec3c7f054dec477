import { lstatSync, renameSync, type Stats } from 'node:fs';
import { basename } from 'node:path';
import type { HistoryEvent } from '../contracts/agentEvent.ts';
import { storageError } from '../core/storageError.ts';
import { writeFileAtomic } from './atomicFile.ts';
import type { ReportDamage } from './damage.ts';
import { HistoryFile, type HistoryPage, type PageOptions } from './historyFile.ts';
import { formatHistoryLine, parseHistoryLine, seqOfLine } from './historyLine.ts';
import { asideName } from './journalFile.ts';

export interface ThreadHistoryOptions {
  readonly path: string;
  /** The path for a report. */
  readonly file: string;
  readonly report: ReportDamage;
  readonly emit: (event: HistoryEvent) => void;
  /** Asked before every write. */
  readonly mayWrite: () => Promise<boolean>;
  readonly missingAfter: (lastSeq: number) => Promise<readonly HistoryEvent[]>;
  readonly stateEvents: () => Promise<readonly HistoryEvent[]>;
}

/** A number that was given out; `event` is absent while its change of state is on its way to the disk. */
interface Place {
  readonly seq: number;
  event: HistoryEvent | undefined;
}

const batchMs = 50;
const retryMs = 1000;
/** What is kept in memory while the disk takes nothing; then the oldest goes. */
const mostUnwritten = 20_000;

/** The history of one thread: puts events in order, tells of them, writes them in batches, mends its file. */
export class ThreadHistory {
  readonly #options: ThreadHistoryOptions;
  readonly #file: HistoryFile;
  #places: Place[] = [];
  #unwritten: HistoryEvent[] = [];
  /** On its way to the file. */
  #writing: readonly HistoryEvent[] = [];
  /** The last try left something: until one succeeds the file is behind. */
  #isBehind = false;
  #lastSeq: number;
  #timer: NodeJS.Timeout | undefined;
  /** All work on the file, one after the other. */
  #work: Promise<void>;
  /** How many steps are under way. */
  #steps = 0;
  #badLines = false;
  #mended = false;
  #failing = false;
  #dropped = false;
  #closed = false;

  constructor(options: ThreadHistoryOptions) {
    this.#options = options;
    putAsideUnlessFile(options);
    this.#file = new HistoryFile(options.path, () => {
      this.#badLines = true;
    });
    this.#lastSeq = this.#file.lastSeq;
    this.#work = this.#addMissing();
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Whether something is not in the file yet, or is on its way there. */
  get isUnwritten(): boolean {
    return this.#unwritten.length > 0 || this.#steps > 0;
  }

  add(event: HistoryEvent): void {
    this.#places.push({ seq: event.seq, event });
    this.#drain();
  }

  hold(seq: number): void {
    this.#places.push({ seq, event: undefined });
  }

  fill(event: HistoryEvent): void {
    const place = this.#places.find(one => one.seq === event.seq);
    if (place === undefined) this.#places.push({ seq: event.seq, event });
    else place.event = event;
    this.#drain();
  }

  release(seq: number): void {
    this.#places = this.#places.filter(place => place.seq !== seq);
    this.#drain();
  }

  async read(options: PageOptions): Promise<HistoryPage> {
    await this.flush();
    const found = await this.#readFile(options);
    if (!this.#badLines || this.#mended) return found;
    this.#mended = true;
    await this.#then(() => this.#mend());
    return await this.#readFile(options);
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#then(() => this.#write());
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #drain(): void {
    for (;;) {
      const event = this.#places[0]?.event;
      if (event === undefined) break;
      this.#places.shift();
      this.#lastSeq = Math.max(this.#lastSeq, event.seq);
      this.#unwritten.push(event);
      this.#options.emit(event);
    }
    if (this.#unwritten.length > 0 && !this.#closed)
      this.#timer ??= setTimeout(() => void this.flush(), batchMs);
  }

  /** Runs `step` after all earlier work; a failure is reported and stops nothing. */
  #then(step: () => Promise<void>): Promise<void> {
    this.#steps += 1;
    this.#work = this.#work
      .then(step)
      .catch((cause: unknown) => this.#report('lost', cause))
      .finally(() => {
        this.#steps -= 1;
      });
    return this.#work;
  }

  async #addMissing(): Promise<void> {
    try {
      const last = this.#file.lastSeq;
      const missing = (await this.#options.missingAfter(last)).filter(event => event.seq > last);
      this.#unwritten.unshift(...missing);
      this.#lastSeq = Math.max(this.#lastSeq, missing.at(-1)?.seq ?? last);
      await this.#write();
    } catch (cause) {
      this.#report('lost', cause);
    }
  }

  async #write(): Promise<void> {
    if (this.#unwritten.length === 0) return;
    try {
      if (await this.#options.mayWrite()) {
        this.#writing = this.#unwritten;
        this.#unwritten = [];
        await this.#file.append(this.#writing);
        this.#writing = [];
        this.#failing = false;
        this.#isBehind = false;
        return;
      }
    } catch (cause) {
      if (!this.#failing) this.#report('unsaved', cause);
      this.#failing = true;
    }
    const batch = this.#writing;
    this.#writing = [];
    this.#keep(batch);
  }

  /** For the next try, which comes by itself. */
  #keep(batch: readonly HistoryEvent[]): void {
    this.#isBehind = true;
    const all = [...batch, ...this.#unwritten];
    this.#unwritten = all.slice(-mostUnwritten);
    if (all.length > mostUnwritten && !this.#dropped) {
      this.#dropped = true;
      this.#report('lost', 'the oldest of what could not be written was dropped');
    }
    if (!this.#closed) this.#timer ??= setTimeout(() => void this.flush(), retryMs);
  }

  /** The page from the file, and what the disk did not take yet. */
  async #readFile(options: PageOptions): Promise<HistoryPage> {
    // From memory only where the disk is behind: what was read once must not be missing after a crash. And as of before the
    // file is read: else a line that reaches the file behind the place where reading ends would be left out.
    const pending = this.#isBehind ? [...this.#writing, ...this.#unwritten] : [];
    const found = await this.#file.read(options).catch((cause: unknown) => {
      throw storageError('read', this.#options.path, cause);
    });
    const rest = found.more ? [] : pending.filter(event => event.seq > (found.next ?? options.after));
    if (rest.length === 0) return found;
    const events = [...found.events, ...rest].slice(0, options.limit);
    const next = events.at(-1)?.seq;
    const more = events.length < found.events.length + rest.length;
    return { events, ...(next === undefined ? {} : { next }), more };
  }

  /** Some lines are unreadable: they stay, and the changes of state that were in them are written again. */
  async #mend(): Promise<void> {
    this.#options.report({
      kind: 'corrupt',
      file: this.#options.file,
      message: 'Some lines of the history are unreadable; they were skipped and kept',
    });
    if (!(await this.#options.mayWrite())) return;
    const lines = await this.#file.rawLines();
    const present = new Set(lines.map(line => parseHistoryLine(line)?.seq));
    const missing = (await this.#options.stateEvents()).filter(event => !present.has(event.seq));
    if (missing.length === 0) return;
    const mended: string[] = [];
    for (const line of lines) {
      const seq = seqOfLine(line) ?? 0;
      while ((missing[0]?.seq ?? Number.POSITIVE_INFINITY) < seq)
        mended.push(...missing.splice(0, 1).map(formatHistoryLine));
      mended.push(`${line}\n`);
    }
    mended.push(...missing.map(formatHistoryLine));
    await writeFileAtomic(this.#options.path, mended.join(''));
    this.#file.reload();
  }

  #report(kind: 'unsaved' | 'lost', cause: unknown): void {
    const { message } = storageError('write', this.#options.file, cause);
    this.#options.report({ kind, file: this.#options.file, message });
  }
}

/** A folder or link in the history's place would fail every change of its thread. Synchronous: numbers are given at once. */
function putAsideUnlessFile({ path, file, report }: ThreadHistoryOptions): void {
  const found = lstatOrNothing(path);
  if (found === undefined || found.isFile()) return;
  const aside = asideName(path, 'bad');
  try {
    renameSync(path, aside);
  } catch (cause) {
    throw storageError('put aside', path, cause);
  }
  const message = 'Something that is no file was in the place of a history; the history was begun again';
  report({ kind: 'corrupt', file, message, keptAs: `history/${basename(aside)}` });
}

/** Where the folder itself is gone or replaced, the journal says so when the change comes to it. */
function lstatOrNothing(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
