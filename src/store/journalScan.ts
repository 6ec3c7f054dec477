import { join } from 'node:path';
import { DockError } from '../contracts/errors.ts';
import { storageError } from '../core/storageError.ts';
import type { ReportDamage } from './damage.ts';
import { isNewer, type JournalEntry, type ParsedEntry, parseEntry } from './journalEntry.ts';
import { chainStart, checkLine } from './journalLine.ts';
import { finishedLines, listSegments, readSegment, segmentName } from './journalSegments.ts';

/** A place in the journal after which nothing has been read yet. */
export interface JournalPosition {
  readonly journal: string;
  readonly segment: number;
  readonly offset: number;
  /** MAC of the line before `offset`. */
  readonly mac: string;
  readonly gseq: number;
  readonly epoch: number;
}

export interface ScanResult {
  /** Undefined when no line of this key was found. */
  readonly journal: string | undefined;
  readonly mac: string;
  readonly gseq: number;
  readonly epoch: number;
  /** The newest segment with an authentic line, where appending goes on. */
  readonly last: { readonly segment: number; readonly size: number; readonly finished: number } | undefined;
  /** Something unreadable follows the last authentic line: it may have held numbers. */
  readonly unclearEnd: boolean;
  /** A line of a newer version was found. */
  readonly newer: boolean;
  /** Why a segment could not be read. What it holds is not known: nothing may be written as if it held nothing. */
  readonly unreadable: DockError | undefined;
}

export interface ScanOptions {
  readonly dir: string;
  readonly key: Buffer;
  readonly from?: JournalPosition | undefined;
  /** The journal's id where it is known from elsewhere; else the first authentic line says it. */
  readonly journal?: string | undefined;
  readonly onEntry: (entry: JournalEntry, gseq: number) => void;
  readonly report: ReportDamage;
}

/** Reads the journal from a position on, checks every line, and says what it found. Changes nothing. */
export async function scanJournal(options: ScanOptions): Promise<ScanResult> {
  const { dir, key, from, onEntry, report } = options;
  const chain = new Chain(key, report, from ?? { journal: options.journal });
  let last: ScanResult['last'];
  let unreadable: DockError | undefined;
  for (const { segment, isFile } of await listSegments(dir)) {
    if (segment < (from?.segment ?? 0)) continue;
    const file = `journal/${segmentName(segment)}`;
    if (!isFile) {
      chain.unclear = true;
      report({ kind: 'corrupt', file, message: 'Something that is no file is in the place of a segment' });
      continue;
    }
    const offset = segment === from?.segment ? from.offset : 0;
    const bytes = await readSegment(dir, segment, offset).catch((cause: unknown) => {
      chain.unclear = true;
      unreadable ??= unreadableError(join(dir, segmentName(segment)), cause);
      report({ kind: 'corrupt', file, message: `The segment cannot be read: ${String(cause)}` });
      return undefined;
    });
    if (bytes === undefined) continue;
    let finished = 0;
    let authentic = segment === from?.segment;
    for (const line of finishedLines(bytes)) {
      finished = line.end;
      const parsed = chain.take(line.text, file, offset > 0 ? undefined : line.number);
      if (parsed === undefined) continue;
      authentic = true;
      onEntry(parsed.entry, parsed.gseq);
    }
    if (authentic) last = { segment, size: offset + bytes.length, finished: offset + finished };
    if (finished < bytes.length) chain.unclear = true;
  }
  return { ...chain.state(), last, unreadable };
}

function unreadableError(path: string, cause: unknown): DockError {
  return new DockError('storage_unavailable', storageError('read', path, cause).message, {
    retryable: false,
    hint: 'Nothing is written meanwhile. Make it readable, or move it away to go on without it, and start the host again.',
    cause,
  });
}

export interface ChainStart {
  readonly journal: string | undefined;
  readonly mac?: string;
  readonly gseq?: number;
  readonly epoch?: number;
}

/** Follows the MACs and numbers from line to line. */
export class Chain {
  readonly #key: Buffer;
  readonly #report: ReportDamage;
  #journal: string | undefined;
  #mac: string;
  #gseq: number;
  #epoch: number;
  #newer = false;
  /** Something that is not an authentic line was met since the last one that is. */
  unclear = false;

  constructor(key: Buffer, report: ReportDamage, from: ChainStart) {
    this.#key = key;
    this.#report = report;
    this.#journal = from.journal;
    this.#mac = from.mac ?? chainStart;
    this.#gseq = from.gseq ?? 0;
    this.#epoch = from.epoch ?? 0;
  }

  state(): Pick<ScanResult, 'journal' | 'mac' | 'gseq' | 'epoch' | 'unclearEnd' | 'newer'> {
    return {
      journal: this.#journal,
      mac: this.#mac,
      gseq: this.#gseq,
      epoch: this.#epoch,
      unclearEnd: this.unclear,
      newer: this.#newer,
    };
  }

  /** The line's content when it is authentic and new; else its damage is reported. */
  take(text: string, file: string, number: number | undefined): ParsedEntry | undefined {
    const place = number === undefined ? { file } : { file, line: number };
    const checked = checkLine(this.#key, text);
    if (checked.kind === 'corrupt') {
      return this.#refuse({ ...place, kind: 'corrupt', message: 'A line is unreadable; it was skipped' });
    }
    if (
      checked.kind === 'foreign' ||
      (this.#journal !== undefined && checked.line.journal !== this.#journal)
    ) {
      const message =
        'A line was not written by your AgentDock for this folder, or was changed; it is not acted on';
      return this.#refuse({ ...place, kind: 'foreign', message });
    }
    const { line } = checked;
    const parsed = parseEntry(line.value);
    if (parsed === undefined) {
      return this.#refuse({ ...place, kind: 'corrupt', message: 'A line lacks its numbers; it was skipped' });
    }
    // These have no number of their own: they stand for the newest one before them.
    const isOf = parsed.type === 'segment' || parsed.type === 'snapshot';
    if (parsed.firstGseq < this.#gseq || (parsed.firstGseq === this.#gseq && !isOf)) {
      const message = 'A line is there a second time; it was not applied again';
      this.#report({ ...place, kind: 'repeated', message });
      return undefined;
    }
    if (line.prev !== this.#mac && !this.unclear) {
      this.#report({ ...place, kind: 'gap', message: 'Lines are missing before this one' });
    }
    if (parsed.unreadable) {
      this.#report({ ...place, kind: 'corrupt', message: 'A part of a line does not parse; it was skipped' });
    }
    this.#journal = line.journal;
    this.#mac = line.mac;
    this.#gseq = parsed.gseq;
    this.#epoch = Math.max(this.#epoch, parsed.epoch);
    this.#newer ||= isNewer(parsed.v);
    this.unclear = false;
    return parsed;
  }

  #refuse(damage: Parameters<ReportDamage>[0]): undefined {
    this.unclear = true;
    this.#report(damage);
    return undefined;
  }
}

const tailBytes = 256;

/** Whether the journal still holds the line a position was taken at. */
export async function positionFits(dir: string, position: JournalPosition): Promise<boolean> {
  const from = Math.max(0, position.offset - tailBytes);
  const tail = await readSegment(dir, position.segment, from, position.offset).catch(() => Buffer.alloc(0));
  return tail.toString('utf8').endsWith(`"mac":"${position.mac}"}\n`);
}
