import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DockError } from '../contracts/errors.ts';
import { errorCodeOf, storageError } from '../core/storageError.ts';
import { fsyncFolder } from './atomicFile.ts';

const keyLength = 32;

/**
 * The user's own key, from which state files are authenticated: 32 bytes in `state.key`, 0600, made once. Lies in
 * the user's configuration folder, where no workspace and no clone can bring one.
 */
export async function loadUserKey(userConfigDir: string): Promise<Buffer> {
  const file = join(userConfigDir, 'state.key');
  try {
    await mkdir(userConfigDir, { recursive: true, mode: 0o700 });
    return (await readKey(file)) ?? (await makeKey(userConfigDir, file));
  } catch (cause) {
    throw storageError('read or make the key', file, cause);
  }
}

/** A key for one purpose, so that a proof made for one kind of file is none for another. */
export function deriveKey(userKey: Buffer, purpose: string): Buffer {
  return createHmac('sha256', userKey).update(`agentdock ${purpose}`).digest();
}

async function readKey(file: string): Promise<Buffer | undefined> {
  const key = await readFile(file).catch((cause: unknown) => {
    if (errorCodeOf(cause) === 'ENOENT') return undefined;
    throw cause;
  });
  if (key === undefined) return undefined;
  if (key.length !== keyLength) {
    // A new key would make every journal of this user foreign: only the person may decide that.
    throw new DockError('storage_unavailable', `Expected ${keyLength} bytes in ${file}, got ${key.length}`, {
      retryable: false,
      hint: 'Restore the file from a backup. If there is none, remove it: existing state is then shown as foreign.',
    });
  }
  if (process.platform !== 'win32' && ((await stat(file)).mode & 0o077) !== 0) await chmod(file, 0o600);
  return key;
}

/** Whoever links first has made the key; everybody else reads that one. */
async function makeKey(folder: string, file: string): Promise<Buffer> {
  const temporary = join(folder, `.state.key.${randomUUID()}`);
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(randomBytes(keyLength));
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(temporary, file).catch((cause: unknown) => linkInstead(temporary, file, cause));
    await fsyncFolder(folder);
  } finally {
    await rm(temporary, { force: true });
  }
  const key = await readKey(file);
  if (key === undefined) throw new Error('The key vanished while it was being made');
  return key;
}

/** Some file systems have no hard links; an exclusive create is the next best there. */
async function linkInstead(temporary: string, file: string, cause: unknown): Promise<void> {
  if (errorCodeOf(cause) === 'EEXIST') return;
  await writeFile(file, await readFile(temporary), { flag: 'wx', mode: 0o600 }).catch((again: unknown) => {
    if (errorCodeOf(again) !== 'EEXIST') throw again;
  });
}
