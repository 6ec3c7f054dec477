import { readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Database, SqlJs } from 'sql.js';
import { DockError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';
import { errorCodeOf, storageError } from '../core/storageError.ts';
import { fsyncFolder, writeTemporary } from './atomicFile.ts';
import type { ReportDamage } from './damage.ts';
import { hashOfImage, readSeal, type SealedImage, sealImage, writeSeal } from './imageSeal.ts';
import { putAside } from './journalFile.ts';
import type { JournalPosition } from './journalScan.ts';
import { schemaVersion } from './migrations.ts';
import { loadEngine, openImage, putMeta, readThreads, versionInHead, writeThreads } from './threadImage.ts';

export interface ThreadIndexOptions {
  /** `agentdock.db`; the seal and the image before lie beside it. */
  readonly file: string;
  readonly key: Buffer;
  readonly wasmFile?: string | undefined;
  readonly report: ReportDamage;
}

interface Loaded {
  readonly database: Database;
  readonly threads: readonly Thread[];
  readonly sealed: SealedImage | undefined;
  readonly readOnly: DockError | undefined;
}

/** The index: an SQLite database in memory, kept on disk as a whole image that any SQLite tool can read. */
export class ThreadIndex {
  /** Where in the journal the loaded image stands; undefined when there was none to trust. */
  readonly loadedPosition: JournalPosition | undefined;
  /** Set when the image is of a newer version. */
  readonly readOnly: DockError | undefined;
  readonly #options: ThreadIndexOptions;
  readonly #database: Database;
  readonly #threads: Map<ThreadId, Thread>;
  /** What the database does not hold yet. */
  readonly #changed = new Map<ThreadId, Thread>();
  #sealed: SealedImage | undefined;
  #gseq: number;

  constructor(options: ThreadIndexOptions, { database, threads, sealed, readOnly }: Loaded) {
    this.#options = options;
    this.#database = database;
    this.#threads = new Map(threads.map(thread => [thread.id, thread]));
    this.#sealed = sealed;
    this.#gseq = sealed?.position.gseq ?? 0;
    this.loadedPosition = sealed?.position;
    this.readOnly = readOnly;
  }

  /** Number of the newest event the image on disk holds. */
  get gseq(): number {
    return this.#gseq;
  }

  get(id: ThreadId): Thread | undefined {
    return this.#threads.get(id);
  }

  /** In the order in which they became known. */
  all(): Iterable<Thread> {
    return this.#threads.values();
  }

  /** The living map behind `get` and `all`. */
  threads(): ReadonlyMap<ThreadId, Thread> {
    return this.#threads;
  }

  upsert(thread: Thread): void {
    this.#threads.set(thread.id, thread);
    this.#changed.set(thread.id, thread);
  }

  /**
   * Saves the whole image as it is now, standing for `position`. `beforeNaming` runs once the content is fixed and
   * before anyone can see it.
   */
  async save(position: JournalPosition, beforeNaming?: () => Promise<void>): Promise<void> {
    if (this.readOnly !== undefined) throw this.readOnly;
    const { file, key } = this.#options;
    writeThreads(this.#database, this.#changed.values());
    this.#changed.clear();
    putMeta(this.#database, 'gseq', String(position.gseq));
    const image = this.#database.export();
    let temporary: string | undefined;
    try {
      await beforeNaming?.();
      const sealed = sealImage(image, position);
      temporary = await writeTemporary(file, image, { fsync: true });
      // The seal names both images first: whichever a crash leaves under the name is vouched for.
      await writeSeal(sealFile(file), key, [sealed, ...(this.#sealed === undefined ? [] : [this.#sealed])]);
      await rename(file, previousFile(file)).catch(ignoreMissing);
      await rename(temporary, file);
      await fsyncFolder(dirname(file));
      this.#sealed = sealed;
      this.#gseq = position.gseq;
    } catch (cause) {
      if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => undefined);
      throw storageError('save', file, cause);
    }
  }

  close(): void {
    this.#database.close();
  }
}

/** Loads the newest image whose seal fits. One that does not fit is kept aside, and the index starts empty. */
export async function openThreadIndex(options: ThreadIndexOptions): Promise<ThreadIndex> {
  const { file, key, wasmFile } = options;
  const engine = await loadEngine(wasmFile).catch((cause: unknown) => {
    throw new DockError('storage_unavailable', 'The database engine could not be loaded', {
      retryable: false,
      hint: 'A file of AgentDock is missing or damaged: install it again.',
      cause,
    });
  });
  const seals = await readSeal(sealFile(file), key);
  for (const candidate of [file, previousFile(file)]) {
    const loaded = await loadCandidate(candidate, engine, seals, options.report);
    if (loaded !== undefined) return new ThreadIndex(options, loaded);
  }
  return new ThreadIndex(options, { ...empty(engine), readOnly: undefined });
}

async function loadCandidate(
  file: string,
  engine: SqlJs,
  seals: readonly SealedImage[],
  report: ReportDamage,
): Promise<Loaded | undefined> {
  const image = await readFile(file).catch((cause: unknown) => {
    if (errorCodeOf(cause) === 'ENOENT') return undefined;
    // A folder in its place is as good as a damaged image.
    if (errorCodeOf(cause) === 'EISDIR') return new Uint8Array();
    throw storageError('read', file, cause);
  });
  if (image === undefined) return undefined;
  if (versionInHead(image) > schemaVersion) {
    // Also without a seal: whoever wrote it, a file of a newer version is left as it is.
    const loaded = tryOpen(engine, image, seals);
    return { ...(loaded ?? empty(engine)), readOnly: newerError() };
  }
  const loaded = tryOpen(engine, image, seals);
  if (loaded !== undefined) return { ...loaded, readOnly: undefined };
  const keptAs = await putAside(file, 'bad');
  report({
    kind: 'corrupt',
    file: basename(file),
    message: 'The index was damaged or not written by your AgentDock; it was made again from the journal',
    ...(keptAs === undefined ? {} : { keptAs: basename(keptAs) }),
  });
  return undefined;
}

function tryOpen(
  engine: SqlJs,
  image: Uint8Array,
  seals: readonly SealedImage[],
): Omit<Loaded, 'readOnly'> | undefined {
  const hash = hashOfImage(image);
  const sealed = seals.find(one => one.sha256 === hash);
  // Bytes that nobody vouches for are not given to the engine.
  if (sealed === undefined) return undefined;
  let database: Database | undefined;
  try {
    database = openImage(engine, image);
    return { database, threads: readThreads(database), sealed };
  } catch {
    database?.close();
    return undefined;
  }
}

function empty(engine: SqlJs): Omit<Loaded, 'readOnly'> {
  return { database: openImage(engine), threads: [], sealed: undefined };
}

function sealFile(file: string): string {
  return `${file}.seal`;
}

function previousFile(file: string): string {
  return `${file}.prev`;
}

function ignoreMissing(cause: unknown): void {
  if (errorCodeOf(cause) !== 'ENOENT') throw cause;
}

function newerError(): DockError {
  return new DockError('version_mismatch', 'The index `agentdock.db` was written by a newer AgentDock', {
    hint: 'Update AgentDock. Until then the state can only be read.',
  });
}
