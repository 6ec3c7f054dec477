import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * The first `limit` bytes of a file as text. What lies in a workspace may be a link to a device or a pipe, which a
 * plain read would follow without end. Throws as `open` does, and for what is no file.
 */
export async function readSmallFile(path: string, limit: number): Promise<string> {
  return (await readSmallBytes(path, limit)).toString('utf8');
}

export async function readSmallBytes(path: string, limit: number): Promise<Buffer> {
  // Windows has no such flag, and no such files.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    if (!(await handle.stat()).isFile()) throw new Error(`Expected ${path} to be a file.`);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(limit), 0, limit, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
