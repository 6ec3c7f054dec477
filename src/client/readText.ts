import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DockError } from '../contracts/errors.ts';
import type { TextRef } from '../contracts/text.ts';

/** All of a text; `root` is the folder the host works in. A side file that is not what was put into it is refused. */
export async function readText(root: string, ref: TextRef): Promise<string> {
  if ('text' in ref) return ref.text;
  const bytes = await readFile(join(root, '.agentdock', 'state', ref.file)).catch((cause: unknown) => {
    throw new DockError('storage_unavailable', `${ref.file} cannot be read.`, { cause });
  });
  const hash = createHash('sha256').update(bytes).digest('hex');
  if (ref.file !== `blobs/${hash}.txt`) {
    throw new DockError('storage_unavailable', `${ref.file} is not what was saved.`);
  }
  return bytes.toString('utf8');
}
