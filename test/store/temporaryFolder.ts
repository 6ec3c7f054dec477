import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Owner } from '../support/owner.ts';

/** A folder that is removed when the test ends. */
export async function temporaryFolder(t: Owner): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'agentdock-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Why a small or read-only file system cannot be had here, or false when it can. */
export const noMounts: string | false =
  process.platform === 'linux' && process.getuid?.() === 0
    ? false
    : 'needs root on Linux to mount a small file system';

/** An empty file system of its own size in memory. */
export async function mountedFolder(t: TestContext, size: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'agentdock-test-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  t.after(async () => {
    execFileSync('umount', ['-l', folder]);
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}
