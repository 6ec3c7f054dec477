import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DockError } from '../contracts/errors.ts';
import type { Thread } from '../contracts/thread.ts';
import { storageError } from '../core/storageError.ts';
import { writeFileAtomic } from './atomicFile.ts';
import type { ReportDamage } from './damage.ts';
import type { FileOps } from './fileOps.ts';
import { asideName, JournalFile, putAside } from './journalFile.ts';
import { encodeLine } from './journalLine.ts';
import type { JournalPosition } from './journalScan.ts';
import { nextFreeSegment, segmentName } from './journalSegments.ts';
import type { LockHolder } from './lock.ts';

export type Payload = Readonly<Record<string, unknown>> & { readonly gseq: number };

export interface JournalTailOptions {
  readonly dir: string;
  readonly key: Buffer;
  readonly ops: FileOps;
  readonly segmentBytes: number;
  readonly report: ReportDamage;
  /** Asked before every write. */
  readonly lockHolder: () => Promise<LockHolder>;
  /** Makes the folder again after it was removed under us and gives all threads; rejects where that must not be. */
  readonly recover: () => Promise<Iterable<Thread>>;
  /** What every line says but for its number. */
  readonly envelope: () => Readonly<Record<string, unknown>>;
}

export interface JournalTailStart {
  readonly position: JournalPosition;
  /** Undefined when nothing may be written: then `readOnly` says why. */
  readonly file: JournalFile | undefined;
  readonly readOnly: DockError | undefined;
}

/** The end of the journal: the open segment, the chain of MACs, and what to do when the disk does not hold. */
export class JournalTail {
  readonly #options: JournalTailOptions;
  #file: JournalFile | undefined;
  #position: JournalPosition;
  #readOnly: DockError | undefined;

  constructor(options: JournalTailOptions, start: JournalTailStart) {
    this.#options = options;
    this.#file = start.file;
    this.#position = start.position;
    this.#readOnly = start.readOnly;
  }

  /** After the newest durable line. */
  get position(): JournalPosition {
    return this.#position;
  }

  get readOnly(): DockError | undefined {
    return this.#readOnly;
  }

  /**
   * Writes one line for each payload and makes them durable. Then `settled` is called in the same step as the
   * position moves on, so that nobody sees one without the other. Gives the reason when all were refused.
   */
  async write(payloads: readonly Payload[], settled: () => void): Promise<DockError | undefined> {
    await this.#checkGround();
    if (this.#readOnly !== undefined) return this.#readOnly;
    if (payloads.length === 0) {
      settled();
      return undefined;
    }
    const file = await this.#fileWithRoom();
    const { text, mac } = this.#encode(payloads, this.#position.mac);
    const outcome = await file.append(Buffer.from(text));
    if (outcome.strange !== undefined) await this.#keepStrange(file.path, outcome.strange);
    if (outcome.kind === 'durable') {
      const gseq = payloads.at(-1)?.gseq ?? this.#position.gseq;
      this.#position = { ...this.#position, offset: file.size, mac, gseq };
      settled();
    }
    switch (outcome.kind) {
      case 'durable':
        return undefined;
      case 'refused':
        return storageError('write', file.path, outcome.cause);
      case 'failed':
        return this.#stop(storageError('make a change durable in', file.path, outcome.cause));
      case 'lost':
        await this.#heal(outcome.why);
        return this.#readOnly ?? lostError(file.path, outcome.why);
    }
  }

  async close(error: DockError): Promise<void> {
    this.#readOnly ??= error;
    await this.#file?.close();
    this.#file = undefined;
  }

  /** Brings back what was removed before something is written; stops when the folder is not ours any more. */
  async #checkGround(): Promise<void> {
    if (this.#readOnly !== undefined) return;
    const holder = await this.#options.lockHolder();
    if (holder === 'other') {
      const message = 'Another AgentDock host has taken this workspace folder';
      this.#stop(new DockError('conflict', message, { hint: 'This host can only be read from; stop it.' }));
      return;
    }
    const why = this.#file?.whatIsWrong() ?? whatIsWrongWithLock(holder);
    if (why !== undefined) await this.#heal(why);
  }

  async #fileWithRoom(): Promise<JournalFile> {
    const file = this.#file;
    if (file === undefined) throw new DockError('storage_unavailable', 'The journal is closed');
    if (file.size < this.#options.segmentBytes) return file;
    const { dir } = this.#options;
    const segment = await nextFreeSegment(dir, this.#position.segment);
    const next = await this.#createSegment(segment, '').catch(async (cause: unknown) => {
      // A head that made it to the disk is not the one the next try goes on from.
      await rm(join(dir, segmentName(segment)), { force: true });
      throw cause;
    });
    await file.close();
    return next;
  }

  /** Writes a segment whose head goes on from the chain; `before` is content that is known already. */
  async #createSegment(
    segment: number,
    before: Buffer | string,
    payloads: Payload[] = [],
  ): Promise<JournalFile> {
    const { journal, gseq } = this.#position;
    const head = { ...this.#options.envelope(), gseq, type: 'segment', segment };
    const lines = before.length > 0 ? payloads : [head, ...payloads];
    const { text, mac } = this.#encode(lines, this.#position.mac);
    const content = Buffer.concat([Buffer.from(before), Buffer.from(text)]);
    const path = join(this.#options.dir, segmentName(segment));
    const file = await JournalFile.create(path, content, this.#options.ops);
    this.#file = file;
    const last = lines.at(-1)?.gseq ?? gseq;
    this.#position = { ...this.#position, journal, segment, offset: file.size, mac, gseq: last };
    return file;
  }

  /** The state was removed or replaced under us: brings back what is known, or stops writing. */
  async #heal(why: string): Promise<void> {
    const { report, recover, envelope } = this.#options;
    const name = segmentName(this.#position.segment);
    try {
      const threads = [...(await recover())];
      const file = this.#file;
      if (file === undefined || file.whatIsWrong() === undefined) return;
      const known = upToLastLine(await file.readBack());
      const keptAs = await putAside(file.path, 'replaced');
      const { gseq } = this.#position;
      const snapshots = chunks(threads).map(chunk => ({
        ...envelope(),
        gseq,
        type: 'snapshot',
        threads: chunk,
      }));
      await this.#createSegment(this.#position.segment, known, snapshots);
      await file.close();
      report({
        kind: 'lost',
        file: `journal/${name}`,
        message: `The state was changed from outside (${why}); it was written again from memory`,
        ...(keptAs === undefined ? {} : { keptAs: `journal/${basename(keptAs)}` }),
      });
    } catch (cause) {
      this.#stop(storageError('write the state again in', this.#options.dir, cause));
      report({ kind: 'lost', file: `journal/${name}`, message: `The state is gone (${why})` });
    }
  }

  #encode(payloads: readonly Payload[], chain: string): { readonly text: string; readonly mac: string } {
    const lines: string[] = [];
    let mac = chain;
    for (const payload of payloads) {
      const line = encodeLine(this.#options.key, this.#position.journal, mac, payload);
      lines.push(line.text);
      mac = line.mac;
    }
    return { text: lines.join(''), mac };
  }

  async #keepStrange(path: string, bytes: Buffer): Promise<void> {
    const aside = asideName(path, 'foreign');
    const kept = await writeFileAtomic(aside, bytes).then(
      () => true,
      () => false,
    );
    this.#options.report({
      kind: 'foreign',
      file: `journal/${basename(path)}`,
      message: 'Somebody else wrote into the journal; that is not acted on',
      ...(kept ? { keptAs: `journal/${basename(aside)}` } : {}),
    });
  }

  #stop(error: DockError): DockError {
    const { code, message, hint, cause } = error;
    this.#readOnly ??= new DockError(code, message, {
      retryable: false,
      hint: hint ?? 'Nothing is written any more. Check the disk, then start the host again.',
      cause,
    });
    return this.#readOnly;
  }
}

function whatIsWrongWithLock(holder: LockHolder): string | undefined {
  if (holder === 'missing') return 'the lock is not there any more';
  return holder === 'unreadable' ? 'the lock cannot be read any more' : undefined;
}

function lostError(path: string, why: string): DockError {
  return new DockError(
    'storage_unavailable',
    `The change was not kept: ${path} was changed from outside (${why})`,
    {
      hint: 'The state was written again from memory. Repeat the call.',
    },
  );
}

function upToLastLine(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
}

const threadsInLine = 100;

export function chunks(threads: readonly Thread[]): Thread[][] {
  const count = Math.ceil(threads.length / threadsInLine);
  return Array.from({ length: count }, (_, at) =>
    threads.slice(at * threadsInLine, (at + 1) * threadsInLine),
  );
}
