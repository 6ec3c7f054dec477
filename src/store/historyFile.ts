import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { HistoryEvent } from '../contracts/agentEvent.ts';
import { errorCodeOf } from '../core/storageError.ts';
import { formatHistoryLine, parseHistoryLine, seqOfLine } from './historyLine.ts';
import { finishedLines, noFollow } from './journalSegments.ts';

export interface HistoryPage {
  readonly events: readonly HistoryEvent[];
  /** Number to give as `after` for the next page; absent when nothing was found. */
  readonly next?: number;
  readonly more: boolean;
}

export interface PageOptions {
  readonly after: number;
  readonly limit: number;
  readonly maxBytes: number;
}

interface Checkpoint {
  readonly seq: number;
  /** Offset after the line of that number. */
  readonly end: number;
}

const chunkBytes = 256 * 1024;
const checkpointBytes = 64 * 1024;

/** The file of one thread's history: appended to, and read by pages. */
export class HistoryFile {
  readonly #path: string;
  readonly #onBadLine: () => void;
  #size = 0;
  #lastSeq = 0;
  #endsOpen = false;
  /** Places from which reading may start, in order. */
  #checkpoints: Checkpoint[] = [];

  constructor(path: string, onBadLine: () => void) {
    this.#path = path;
    this.#onBadLine = onBadLine;
    this.#load();
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  async append(events: readonly HistoryEvent[]): Promise<void> {
    const lines = events.map(formatHistoryLine).join('');
    const handle = await openForAppend(this.#path);
    try {
      if ((await handle.stat()).size !== this.#size) this.#load();
      const data = Buffer.from(this.#endsOpen ? `\n${lines}` : lines);
      await this.#writeAll(handle, data);
    } finally {
      await handle.close();
    }
    this.#lastSeq = events.at(-1)?.seq ?? this.#lastSeq;
    this.#checkpoint(this.#lastSeq, this.#size);
  }

  async read({ after, limit, maxBytes }: PageOptions): Promise<HistoryPage> {
    const events: HistoryEvent[] = [];
    let bytes = 0;
    for await (const { text, end } of this.#lines(this.#startFor(after))) {
      const seq = seqOfLine(text);
      if (seq !== undefined && seq <= after) continue;
      const event = parseHistoryLine(text);
      if (event === undefined) {
        if (text !== '') this.#onBadLine();
        continue;
      }
      bytes += text.length;
      if (events.length > 0 && (events.length >= limit || bytes > maxBytes)) return page(events, true);
      events.push(event);
      this.#checkpoint(event.seq, end);
    }
    return page(events, false);
  }

  /** All lines as they are, also those that do not parse. */
  async rawLines(): Promise<string[]> {
    const lines = (await readFile(this.#path, 'utf8')).split('\n');
    return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  }

  /** To be called when the file was replaced. */
  reload(): void {
    this.#load();
  }

  async #writeAll(handle: FileHandle, data: Buffer): Promise<void> {
    try {
      for (let done = 0; done < data.length; ) {
        done += (await handle.write(data, done, data.length - done)).bytesWritten;
      }
      this.#size += data.length;
      this.#endsOpen = false;
    } catch (cause) {
      // A part may be there: it is taken back, or else ended by the next write.
      await handle.truncate(this.#size).catch(() => undefined);
      this.#load();
      throw cause;
    }
  }

  async *#lines(from: number): AsyncGenerator<{ readonly text: string; readonly end: number }> {
    const handle = await open(this.#path, constants.O_RDONLY | noFollow).catch((cause: unknown) => {
      if (errorCodeOf(cause) === 'ENOENT') return undefined;
      throw cause;
    });
    if (handle === undefined) return;
    try {
      const size = this.#size;
      let rest: Buffer = Buffer.alloc(0);
      let at = from;
      while (at + rest.length < size) {
        const chunk = Buffer.alloc(Math.min(Math.max(chunkBytes, rest.length), size - at - rest.length));
        const { bytesRead } = await handle.read(chunk, 0, chunk.length, at + rest.length);
        if (bytesRead === 0) return;
        const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
        let done = 0;
        for (const line of finishedLines(bytes)) {
          yield { text: line.text, end: at + line.end };
          done = line.end;
        }
        rest = bytes.subarray(done);
        at += done;
      }
    } finally {
      await handle.close();
    }
  }

  #startFor(after: number): number {
    return this.#checkpoints[this.#firstAbove(after) - 1]?.end ?? 0;
  }

  /** Kept far enough apart that a long transcript needs few. */
  #checkpoint(seq: number, end: number): void {
    const at = this.#firstAbove(seq);
    const before = this.#checkpoints[at - 1];
    const after = this.#checkpoints[at];
    if (end < (before?.end ?? 0) + checkpointBytes) return;
    if (after !== undefined && after.end < end + checkpointBytes) return;
    this.#checkpoints.splice(at, 0, { seq, end });
  }

  #firstAbove(seq: number): number {
    let low = 0;
    let high = this.#checkpoints.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#checkpoints[middle]?.seq ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Reads as much of the end as is needed to know the last number. Synchronous: numbers are given at once. */
  #load(): void {
    this.#size = 0;
    this.#lastSeq = 0;
    this.#endsOpen = false;
    this.#checkpoints = [];
    const fd = openOrNothing(this.#path);
    if (fd === undefined) return;
    try {
      this.#size = fstatSync(fd).size;
      for (let length = checkpointBytes; ; length *= 8) {
        const from = Math.max(0, this.#size - length);
        const tail = Buffer.alloc(this.#size - from);
        readSync(fd, tail, 0, tail.length, from);
        this.#endsOpen = tail.length > 0 && tail.at(-1) !== 0x0a;
        for (const { text } of finishedLines(tail)) {
          this.#lastSeq = Math.max(this.#lastSeq, parseHistoryLine(text)?.seq ?? 0);
        }
        if (this.#lastSeq > 0 || from === 0) return;
      }
    } finally {
      closeSync(fd);
    }
  }
}

/** Brings back a folder that was removed, but not the one above it: that is for the journal to judge. */
async function openForAppend(path: string): Promise<FileHandle> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | noFollow;
  return await open(path, flags, 0o600).catch(async (cause: unknown) => {
    if (errorCodeOf(cause) !== 'ENOENT') throw cause;
    await mkdir(dirname(path), { mode: 0o700 });
    return await open(path, flags, 0o600);
  });
}

function openOrNothing(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | noFollow);
  } catch {
    return undefined;
  }
}

function page(events: readonly HistoryEvent[], more: boolean): HistoryPage {
  const last = events.at(-1);
  return { events, ...(last === undefined ? {} : { next: last.seq }), more };
}
