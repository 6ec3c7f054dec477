import { realpath } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { DockError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { JournalEvent } from '../contracts/journalEvent.ts';
import type { TextRef } from '../contracts/text.ts';
import type { Thread } from '../contracts/thread.ts';
import { removeTemporaries } from './atomicFile.ts';
import { type Damage, DamageLog, type ReportDamage } from './damage.ts';
import type { FileOps } from './fileOps.ts';
import type { History } from './history.ts';
import type { ThreadChange } from './journal.ts';
import { LiveStore } from './liveStore.ts';
import { acquireLock, type LockHolder } from './lock.ts';
import type { StartTimeOf } from './lockOwner.ts';
import { openStateFolder, type StateFolder } from './stateFolder.ts';
import { openThreadIndex } from './threadIndex.ts';
import { deriveKey, loadUserKey } from './userKey.ts';

export interface ThreadStoreOptions {
  /** Absolute path of the folder that holds `.agentdock/`. */
  readonly workspace: string;
  /** The user's configuration folder of AgentDock, outside any workspace. */
  readonly userConfigDir: string;
  /** Where `sql-wasm.wasm` lies, when not beside the package. */
  readonly wasmFile?: string;
  /** Start time of a living process: tells the owner of a lock from another process with its number. */
  readonly startTimeOf: StartTimeOf;
  /** Errors of listeners. */
  readonly log?: (message: string) => void;
  readonly fileOps?: FileOps;
  readonly segmentBytes?: number;
}

export type CommitListener = (events: readonly JournalEvent[]) => void;

/** All state of one workspace folder. Only one process may have it open for writing. */
export interface ThreadStore {
  readonly folder: StateFolder;
  readonly epoch: number;
  /** Number of the newest durable event. */
  readonly lastGseq: number;
  readonly history: History;
  /** Why nothing can be changed, or undefined. */
  readonly readOnly: DockError | undefined;
  /** All threads, in the order in which they became known. A living view. */
  threads(): ReadonlyMap<ThreadId, Thread>;
  get(id: ThreadId): Thread | undefined;
  /** Makes the changes durable as one, applies them, tells the listeners, then resolves. */
  commit(changes: readonly ThreadChange[]): Promise<readonly JournalEvent[]>;
  hostStarted(host: { readonly version: string; readonly pid: number }): Promise<void>;
  /** Brings the state's folder and lock back if they were removed; rejects when that cannot be. */
  ensureInPlace(): Promise<void>;
  /** Called once for each commit, in the order of numbers, after it is durable and applied. */
  onCommit(listener: CommitListener): () => void;
  /** Durable events with a number above `gseq`. */
  readFrom(gseq: number): AsyncIterable<JournalEvent>;
  /** Resolves when the text is on disk, so that a change may refer to it. */
  putText(text: string): Promise<TextRef>;
  getText(ref: TextRef): Promise<string>;
  /** Who has the lock of this folder now. */
  lockHolder(): Promise<LockHolder>;
  readonly isClosed: boolean;
  damage(): readonly Damage[];
  onDamage(listener: ReportDamage): () => void;
  /** Waits until transcripts, index and mirror hold what is known. */
  flush(): Promise<void>;
  /** Takes no more changes, writes everything down. May be called twice. */
  close(): Promise<void>;
}

export async function openThreadStore(options: ThreadStoreOptions): Promise<ThreadStore> {
  const folder = await openStateFolder(options.workspace);
  await refuseInside(options.workspace, options.userConfigDir);
  const userKey = await loadUserKey(options.userConfigDir);
  const { startTimeOf, wasmFile } = options;
  const lock = await acquireLock({ file: folder.lockFile, startTimeOf });
  try {
    const { dir, journalDir, historyDir, blobsDir, dropsDir } = folder;
    await Promise.all([dir, journalDir, historyDir, blobsDir, dropsDir].map(removeTemporaries));
    const damage = new DamageLog();
    const key = deriveKey(userKey, 'index');
    const index = await openThreadIndex({ file: folder.indexFile, key, wasmFile, report: damage.report });
    const store = new LiveStore({ options, folder, lock, index, damage });
    await store.openJournal(deriveKey(userKey, 'journal'));
    return store;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** A key inside the workspace could come with a clone. */
async function refuseInside(workspace: string, userConfigDir: string): Promise<void> {
  const from = await realpath(workspace).catch(() => workspace);
  const to = await realpath(userConfigDir).catch(() => userConfigDir);
  const path = relative(from, to);
  if (
    path === '' ||
    (path !== '..' && !path.startsWith(`..${sep}`) && !/^[a-z]:/i.test(path) && !path.startsWith('/'))
  ) {
    throw new DockError(
      'storage_unavailable',
      `Expected the folder ${userConfigDir} to be outside the workspace`,
      {
        retryable: false,
        hint: 'Set the user configuration folder to a place of its own.',
      },
    );
  }
}
