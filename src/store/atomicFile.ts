import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface AtomicWriteOptions {
  readonly mode?: number;
  /** Makes the content, then the name, survive a power cut. */
  readonly fsync?: boolean;
}

/** Replaces `file` as a whole: a reader sees the old content or the new one, never a part. */
export async function writeFileAtomic(
  file: string,
  data: string | Uint8Array,
  { mode = 0o600, fsync = false }: AtomicWriteOptions = {},
): Promise<void> {
  const temporary = await writeTemporary(file, data, { mode, fsync });
  try {
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
  if (fsync) await fsyncFolder(dirname(file));
}

/** Writes a temporary file beside `file` and gives its path; leaves nothing behind when that fails. */
export async function writeTemporary(
  file: string,
  data: string | Uint8Array,
  { mode = 0o600, fsync = false }: AtomicWriteOptions = {},
): Promise<string> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(data);
      if (fsync) await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
  return temporary;
}

/** Makes new names in a folder durable. Windows has no such call: there a rename is durable by itself. */
export async function fsyncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes what writers that were killed left in a folder. For its one writer, before it writes itself. */
export async function removeTemporaries(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const left = names.filter(name => /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/.test(name));
  await Promise.all(left.map(name => rm(join(folder, name), { force: true }).catch(() => undefined)));
}
