import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCodeOf } from '../core/storageError.ts';

/** A link in place of a file would lead reads and writes elsewhere. Windows has no such flag. */
export const noFollow: number = constants.O_NOFOLLOW ?? 0;

export function segmentName(segment: number): string {
  return `${segment}.jsonl`;
}

export interface FoundSegment {
  readonly segment: number;
  /** False for a link, a folder or anything else that must not be opened. */
  readonly isFile: boolean;
}

/** What has a segment's name, in the order of numbers. */
export async function listSegments(dir: string): Promise<FoundSegment[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((cause: unknown) => {
    if (errorCodeOf(cause) === 'ENOENT') return [];
    throw cause;
  });
  const found = entries.flatMap(entry => {
    const match = /^([1-9]\d{0,8})\.jsonl$/.exec(entry.name);
    return match === null ? [] : [{ segment: Number(match[1]), isFile: entry.isFile() }];
  });
  return found.sort((a, b) => a.segment - b.segment);
}

/** The first number after `segment` in whose place nothing lies: what somebody else put there stays. */
export async function nextFreeSegment(dir: string, segment: number): Promise<number> {
  for (let next = segment + 1; ; next += 1) {
    const isFree = await lstat(join(dir, segmentName(next))).then(
      () => false,
      (cause: unknown) => {
        if (errorCodeOf(cause) === 'ENOENT') return true;
        throw cause;
      },
    );
    if (isFree) return next;
  }
}

/** Bytes of a segment from `from` to `to`, or to its end. */
export async function readSegment(dir: string, segment: number, from = 0, to?: number): Promise<Buffer> {
  const handle = await open(join(dir, segmentName(segment)), constants.O_RDONLY | noFollow);
  try {
    const end = Math.min(to ?? Number.POSITIVE_INFINITY, (await handle.stat()).size);
    const buffer = Buffer.alloc(Math.max(0, end - from));
    let done = 0;
    while (done < buffer.length) {
      const { bytesRead } = await handle.read(buffer, done, buffer.length - done, from + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return buffer.subarray(0, done);
  } finally {
    await handle.close();
  }
}

export interface RawLine {
  readonly text: string;
  /** Counted from the start of the buffer, from 1. */
  readonly number: number;
  /** Offset after the newline. */
  readonly end: number;
}

const newline = 0x0a;

/** The finished lines of a buffer; what follows the last newline is not one. */
export function* finishedLines(buffer: Buffer): Generator<RawLine> {
  let start = 0;
  for (let number = 1; ; number += 1) {
    const at = buffer.indexOf(newline, start);
    if (at < 0) return;
    yield { text: buffer.toString('utf8', start, at), number, end: at + 1 };
    start = at + 1;
  }
}
