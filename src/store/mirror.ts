import { restStates, type Thread } from '../contracts/thread.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { storageError } from '../core/storageError.ts';
import { writeFileAtomic } from './atomicFile.ts';
import type { ReportDamage } from './damage.ts';

export interface MirrorOptions {
  readonly file: string;
  readonly threads: () => Iterable<Thread>;
  readonly mayWrite: () => Promise<boolean>;
  readonly report: ReportDamage;
}

const intervalMs = 100;
const retryMs = 1000;

/** `active_workers.json`: every thread that is not at rest, for people and tools. At most ten writes a second. */
export class Mirror {
  readonly #options: MirrorOptions;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #lastWrite = Number.NEGATIVE_INFINITY;
  #failing = false;
  #closed = false;

  constructor(options: MirrorOptions) {
    this.#options = options;
  }

  touch(): void {
    if (this.#closed || this.#timer !== undefined) return;
    const wait = Math.max(0, this.#lastWrite + intervalMs - performance.now());
    this.#timer = setTimeout(() => void this.flush(), wait);
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastWrite = performance.now();
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.flush();
  }

  async #write(): Promise<void> {
    const { file, threads, mayWrite, report } = this.#options;
    try {
      if (!(await mayWrite())) return;
      const workers = [...threads()].filter(thread => !restStates.has(thread.state)).map(entryOf);
      const mirror = { v: 1, written_at: new Date().toISOString(), workers };
      await writeFileAtomic(file, `${JSON.stringify(mirror, undefined, 2)}\n`);
      this.#failing = false;
    } catch (cause) {
      if (!this.#closed) this.#timer ??= setTimeout(() => void this.flush(), retryMs);
      if (this.#failing) return;
      this.#failing = true;
      const { message } = storageError('write', file, cause);
      report({ kind: 'unsaved', file: 'active_workers.json', message });
    }
  }
}

function entryOf(thread: Thread): object {
  const { id, parent_id, role, provider, task_name, state, reason, since, session, working_dir, created_at } =
    thread;
  return {
    id,
    ...definedOnly({ parent_id, reason, session_id: session?.id }),
    role,
    provider,
    task_name,
    state,
    since,
    working_dir,
    queued_turns: thread.queue.length,
    created_at,
    updated_at: thread.updated_at,
  };
}
