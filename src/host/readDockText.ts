import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { readSmallBytes } from './readSmallFile.ts';

export interface DockText {
  readonly text: string;
  /** The file goes on. */
  readonly isCut: boolean;
}

/**
 * The beginning of a text file in `.agentdock/`, for agents; undefined for what is not there, leads out of the
 * workspace, is no file or no text in UTF-8: an agent is told the same then as without it.
 */
export async function readDockText(
  workspace: string,
  names: readonly string[],
  limit: number,
): Promise<DockText | undefined> {
  try {
    const root = await realpath(workspace);
    const path = await realpath(join(root, '.agentdock', ...names));
    if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) return undefined;
    const bytes = await readSmallBytes(path, limit + 1);
    const isCut = bytes.length > limit;
    // A cut may go through a character: a decoder that expects more leaves the half of it away.
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const text = decoder.decode(bytes.subarray(0, limit), { stream: isCut });
    return text.includes('\0') ? undefined : { text, isCut };
  } catch {
    return undefined;
  }
}
