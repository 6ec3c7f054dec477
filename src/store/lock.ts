import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { DockError } from '../contracts/errors.ts';
import { errorCodeOf, storageError } from '../core/storageError.ts';
import { LockHeldError } from './lockHeldError.ts';
import {
  type LockOwner,
  lockOwnerSchema,
  type OwnerState,
  type StartTimeOf,
  stateOfOwner,
} from './lockOwner.ts';
import { type Machine, readMachine } from './machine.ts';

export interface AcquireLockOptions {
  readonly file: string;
  readonly startTimeOf: StartTimeOf;
  readonly machine?: Machine;
}

/** Who holds the workspace's lock, as far as this host can see. */
export type LockHolder = 'ours' | 'missing' | 'unreadable' | 'other';

export interface Lock {
  readonly owner: LockOwner;
  /** Who has the lock now, from its nonce. */
  holder(): Promise<LockHolder>;
  stillOurs(): Promise<boolean>;
  /** Puts the lock back after the file was removed or spoilt; false when somebody else has it now. */
  restore(): Promise<boolean>;
  /** Gives the lock up if it is ours. May be called twice. */
  release(): Promise<void>;
}

/**
 * Becomes the one writer of a workspace folder. The file appears with its content or not at all. A dead owner's lock
 * is replaced by whoever first makes the one claim on it, so that two takers never both win; nobody else's lock is
 * ever touched.
 */
export async function acquireLock(options: AcquireLockOptions): Promise<Lock> {
  const { file, startTimeOf } = options;
  const machine = options.machine ?? (await readMachine());
  const startTime = await startTimeOf(process.pid);
  if (startTime === undefined)
    throw new DockError('unknown', 'The start time of this process cannot be read');
  const owner: LockOwner = {
    v: 1,
    nonce: randomBytes(18).toString('base64url'),
    pid: process.pid,
    start_time: startTime,
    host: machine.host,
    ...(machine.machineId === undefined ? {} : { machine_id: machine.machineId }),
    ...(machine.bootId === undefined ? {} : { boot_id: machine.bootId }),
    ...(machine.pidNamespace === undefined ? {} : { pid_namespace: machine.pidNamespace }),
    since: new Date().toISOString(),
  };
  const temporary = `${file}.${owner.nonce}.tmp`;
  try {
    await writeOwner(temporary, owner);
    await take({ ...options, machine, owner, temporary });
  } catch (cause) {
    throw storageError('lock', file, cause);
  } finally {
    await rm(temporary, { force: true });
  }
  return lockOf(file, owner);
}

interface Attempt extends AcquireLockOptions {
  readonly machine: Machine;
  readonly owner: LockOwner;
  readonly temporary: string;
}

const attempts = 50;
const pauseMs = 20;

async function take(attempt: Attempt): Promise<void> {
  const { file, temporary } = attempt;
  for (let count = 0; count < attempts; count += 1) {
    if (await linkIfFree(temporary, file)) return;
    const held = await readOwner(file);
    if (held === 'missing') continue;
    if (held !== 'unreadable') {
      await refuseUnlessDead(held, attempt);
      if (await replaceDead(held, attempt)) return;
    }
    // Somebody is in the middle of taking it.
    await pause(pauseMs);
  }
  const held = await readOwner(file);
  throw new LockHeldError(
    typeof held === 'string' ? 'unreadable' : 'living',
    typeof held === 'string' ? undefined : held,
    file,
  );
}

/**
 * A claim file named after the dead owner's nonce can be made only once. Its maker alone may rename over the lock. A
 * claim whose maker died is itself claimed in the same way. False: the lock has changed, look again.
 */
async function replaceDead(dead: LockOwner, attempt: Attempt): Promise<boolean> {
  const { file, temporary, owner } = attempt;
  const claims: string[] = [];
  for (let target = dead; ; ) {
    const claim = `${file}.claim-${target.nonce}`;
    claims.push(claim);
    if (await linkIfFree(temporary, claim)) {
      if ((await nonceOf(file)) !== dead.nonce) {
        await rm(claim, { force: true });
        return false;
      }
      const replacement = `${file}.${owner.nonce}.new`;
      await writeOwner(replacement, owner);
      await rename(replacement, file);
      for (const made of claims) await rm(made, { force: true });
      return (await nonceOf(file)) === owner.nonce;
    }
    const taker = await readOwner(claim);
    if (typeof taker === 'string') return false;
    if ((await stateOfOwner(taker, attempt.machine, attempt.startTimeOf)) !== 'dead') return false;
    target = taker;
  }
}

async function refuseUnlessDead(held: LockOwner, { machine, startTimeOf, file }: Attempt): Promise<void> {
  const state: OwnerState = await stateOfOwner(held, machine, startTimeOf);
  if (state !== 'dead') throw new LockHeldError(state, held, file);
}

function lockOf(file: string, owner: LockOwner): Lock {
  const holder = async (): Promise<LockHolder> => {
    const held = await readOwner(file);
    if (typeof held === 'string') return held;
    return held.nonce === owner.nonce ? 'ours' : 'other';
  };
  return {
    owner,
    holder,
    stillOurs: async () => (await holder()) === 'ours',
    restore: async () => {
      const temporary = `${file}.${owner.nonce}.tmp`;
      try {
        await writeOwner(temporary, owner);
        await putBack(temporary, file);
      } finally {
        await rm(temporary, { force: true });
      }
      return (await holder()) === 'ours';
    },
    release: async () => {
      if ((await holder()) === 'ours') await rm(file, { force: true });
    },
  };
}

/**
 * Only a file that stays unreadable is written over: where there are no hard links, a lock that somebody else is just
 * taking is unreadable for a moment.
 */
async function putBack(temporary: string, file: string): Promise<void> {
  for (let count = 0; count < attempts; count += 1) {
    if (await linkIfFree(temporary, file)) return;
    const held = await readOwner(file);
    if (held === 'missing') continue;
    if (held !== 'unreadable') return;
    await pause(pauseMs);
  }
  if ((await readOwner(file)) === 'unreadable') await rename(temporary, file);
}

async function writeOwner(file: string, owner: LockOwner): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(owner)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Gives `temporary` the name `file` too, in one step, unless that is taken. */
async function linkIfFree(temporary: string, file: string): Promise<boolean> {
  try {
    await link(temporary, file);
    return true;
  } catch (cause) {
    if (errorCodeOf(cause) === 'EEXIST') return false;
    if (!hasNoLinks(cause)) throw cause;
  }
  // No hard links here (FAT, some network drives): an exclusive create; a reader may meet it half written.
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(await readFile(temporary)).finally(() => handle.close());
    return true;
  } catch (cause) {
    if (errorCodeOf(cause) === 'EEXIST') return false;
    throw cause;
  }
}

function hasNoLinks(cause: unknown): boolean {
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errorCodeOf(cause) ?? '');
}

async function readOwner(file: string): Promise<LockOwner | 'missing' | 'unreadable'> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    if (errorCodeOf(cause) === 'ENOENT') return undefined;
    throw cause;
  });
  if (text === undefined) return 'missing';
  try {
    return lockOwnerSchema.parse(JSON.parse(text));
  } catch {
    return 'unreadable';
  }
}

async function nonceOf(file: string): Promise<string | undefined> {
  const owner = await readOwner(file);
  return typeof owner === 'string' ? undefined : owner.nonce;
}
