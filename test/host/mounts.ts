import { execFile } from 'node:child_process';
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A folder that is a disk of its own, or why there can be none. */
export type SmallDisk = { readonly folder: string } | { readonly why: string };

/** Mounts a file system of that size; only root may. */
export async function mountSmallDisk(t: TestContext, size: string): Promise<SmallDisk> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'dock-disk-')));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'tmpfs', folder]);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    return { why: `a small file system cannot be mounted here: ${reasonOf(error)}` };
  }
  t.after(async () => {
    await run('umount', ['-l', folder]);
    await rm(folder, { recursive: true, force: true });
  });
  return { folder };
}

export type ReadOnlyFolder = { writable(): Promise<void> } | { readonly why: string };

/** Makes a folder read-only: by its mode, or for root, whom modes do not hold, by a mount over it. */
export async function makeReadOnly(t: TestContext, folder: string): Promise<ReadOnlyFolder> {
  if (process.getuid?.() !== 0) {
    await chmod(folder, 0o500);
    const writable = () => chmod(folder, 0o700);
    t.after(writable);
    return { writable };
  }
  try {
    await run('mount', ['--bind', folder, folder]);
  } catch (error) {
    return { why: `nothing can be mounted here: ${reasonOf(error)}` };
  }
  let isMounted = true;
  const writable = async () => {
    if (!isMounted) return;
    isMounted = false;
    await run('umount', ['-l', folder]);
  };
  t.after(writable);
  await run('mount', ['-o', 'remount,bind,ro', folder]);
  return { writable };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error);
}
