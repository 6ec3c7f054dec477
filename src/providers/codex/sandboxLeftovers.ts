import { existsSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Folders Codex protects in a working folder. Where one is missing, its Linux sandbox makes it to cover it, and with a
 * denied path in the profile leaves it there, empty. An empty `.git` would end the search for the project's AGENTS.md.
 */
const covered = ['.git', '.agents', '.aws', '.codex'];

export interface Leftovers {
  /** Called around each turn; the last one out of a folder removes what was not there before the first. */
  enter(folder: string): () => Promise<void>;
}

export function makeLeftovers(): Leftovers {
  const folders = new Map<string, { users: number; readonly missing: readonly string[] }>();
  return {
    enter: folder => {
      const entry = folders.get(folder) ?? {
        users: 0,
        missing: covered.map(name => path.join(folder, name)).filter(file => !existsSync(file)),
      };
      entry.users += 1;
      folders.set(folder, entry);
      return async () => {
        entry.users -= 1;
        if (entry.users > 0) return;
        folders.delete(folder);
        // Fails for one that is not empty: then the agent made it.
        for (const file of entry.missing) await rmdir(file).catch(() => undefined);
      };
    },
  };
}
