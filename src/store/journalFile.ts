import { randomUUID } from 'node:crypto';
import { type BigIntStats, constants, fstatSync, readSync, statSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { writeFileAtomic } from './atomicFile.ts';
import type { FileOps } from './fileOps.ts';
import { noFollow } from './journalSegments.ts';

/** What became of a write. `refused`: nothing of it stays in the file. */
export type WriteOutcome =
  | { readonly kind: 'durable' }
  | { readonly kind: 'refused'; readonly cause: unknown }
  /** Whether it is on disk is not known, and no later call can tell. */
  | { readonly kind: 'failed'; readonly cause: unknown }
  /** The path does not lead to our file any more, or the file was cut. */
  | { readonly kind: 'lost'; readonly why: string };

export type AddOutcome = WriteOutcome & { readonly strange?: Buffer };

/** The end of one segment, open for appending. We are its only writer: every byte has its place. */
export class JournalFile {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #ops: FileOps;
  #size: number;

  private constructor(path: string, handle: FileHandle, size: number, ops: FileOps) {
    this.path = path;
    this.#handle = handle;
    this.#size = size;
    this.#ops = ops;
  }

  /** Opens a segment whose first `size` bytes are whole lines; what follows them is dropped by the next append. */
  static async open(path: string, size: number, ops: FileOps): Promise<JournalFile> {
    const handle = await open(path, constants.O_RDWR | noFollow);
    return new JournalFile(path, handle, size, ops);
  }

  /** Makes a segment that is there with its content or not at all. Its place must be free. */
  static async create(path: string, content: string | Buffer, ops: FileOps): Promise<JournalFile> {
    await writeFileAtomic(path, content, { fsync: true });
    return JournalFile.open(path, Buffer.byteLength(content), ops);
  }

  /** Bytes that are durable. */
  get size(): number {
    return this.#size;
  }

  /**
   * Appends and makes durable. `strange` holds bytes that somebody else had put behind our last line; they make
   * way for ours.
   */
  async append(data: Buffer): Promise<AddOutcome> {
    let strange: Buffer | undefined;
    let outcome: WriteOutcome;
    try {
      strange = this.#takeStrangeBytes();
      this.#write(data);
      outcome = await this.#settle(data.length);
    } catch (cause) {
      outcome = this.#undo(cause);
    }
    return strange === undefined ? outcome : { ...outcome, strange };
  }

  /** What is still readable of the durable part, also when the file has no name any more. */
  async readBack(): Promise<Buffer> {
    const length = Math.min(this.#size, (await this.#handle.stat()).size);
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await this.#handle.read(buffer, 0, length, 0);
    return buffer.subarray(0, bytesRead);
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
  }

  #write(data: Buffer): void {
    for (let done = 0; done < data.length; ) {
      const written = this.#ops.write(this.#handle.fd, data, done, this.#size + done);
      if (written <= 0) throw new Error('The file system took no more bytes');
      done += written;
    }
  }

  async #settle(length: number): Promise<WriteOutcome> {
    try {
      await this.#ops.datasync(this.#handle.fd);
    } catch (cause) {
      // The system may have dropped the pages: a second sync would report a success that is none.
      this.#undo(cause);
      return { kind: 'failed', cause };
    }
    const why = this.whatIsWrong(this.#size + length);
    if (why !== undefined) return { kind: 'lost', why };
    this.#size += length;
    return { kind: 'durable' };
  }

  /** Takes a partial write back, so that the next one begins on a line of its own. */
  #undo(cause: unknown): WriteOutcome {
    try {
      this.#ops.truncate(this.#handle.fd, this.#size);
      return { kind: 'refused', cause };
    } catch (second) {
      return {
        kind: 'failed',
        cause: new AggregateError([cause, second], 'A short write could not be undone'),
      };
    }
  }

  #takeStrangeBytes(): Buffer | undefined {
    const { size } = fstatSync(this.#handle.fd);
    if (size <= this.#size) return undefined;
    const strange = Buffer.alloc(size - this.#size);
    readSync(this.#handle.fd, strange, 0, strange.length, this.#size);
    this.#ops.truncate(this.#handle.fd, this.#size);
    return strange;
  }

  /** Undefined while the path leads to our file and nobody cut it. Synchronous: cheaper than a thread's round trip. */
  whatIsWrong(length = this.#size): string | undefined {
    const ours = fstatSync(this.#handle.fd, { bigint: true });
    const there = statOrNothing(this.path);
    if (there === undefined) return 'it is not there any more';
    if (there.ino !== ours.ino || there.dev !== ours.dev) return 'another file is in its place';
    return ours.size < BigInt(length) ? 'it was cut' : undefined;
  }
}

function statOrNothing(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}

/** Moves what lies at `path` away under a name that says why; the new name, or undefined when nothing was there. */
export async function putAside(path: string, what: string): Promise<string | undefined> {
  const aside = asideName(path, what);
  return await rename(path, aside).then(
    () => aside,
    () => undefined,
  );
}

/** `journal/3.jsonl` → `journal/3.torn-20260102T030405678Z-1a2b3c4d`: no reader takes that for a segment. */
export function asideName(path: string, what: string): string {
  const time = new Date().toISOString().replaceAll(/[-:.]/g, '');
  return `${path.replace(/\.jsonl$/, '')}.${what}-${time}-${randomUUID().slice(0, 8)}`;
}
