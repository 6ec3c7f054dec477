import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import initSqlJs from 'sql.js';
import * as z from 'zod';
import { historyEventSchema } from '../../src/contracts/agentEvent.ts';
import { waitFor } from '../support/waitFor.ts';
import type { Dock } from './harness.ts';

/** Hash of every file of the workspace but the host's log: two that are equal mean that nothing was changed. */
export async function contentOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const hashes: Record<string, string> = {};
  for (const entry of names) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) hashes[path] = 'folder';
    else if (entry.isSymbolicLink()) hashes[path] = 'link';
    else if (!/host\.log$/.test(path))
      hashes[path] = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
  }
  return hashes;
}

/** Waits until what the host writes behind (index, mirror) is on disk as well. */
export async function settled(dock: Dock): Promise<void> {
  let last = '';
  let same = 0;
  await waitFor('the state folder to come to rest', async () => {
    const now = JSON.stringify(await contentOf(dock.workspace).catch(() => ({})));
    same = now === last ? same + 1 : 0;
    last = now;
    // The index is saved after half a second of quiet.
    return same > 80;
  });
}

const row = z.object({
  id: z.string(),
  parent_id: z.string().nullable(),
  role: z.string(),
  provider: z.string(),
  task_name: z.string(),
  state: z.string(),
  session_id: z.string().nullable(),
  working_dir: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
});

/** The rows of `agentdock.db` as any SQLite tool reads them; throws when the image is not sound. */
export async function databaseRows(dock: Dock): Promise<readonly z.infer<typeof row>[]> {
  const { Database } = await initSqlJs();
  const database = new Database(await readFile(dock.state('agentdock.db')));
  try {
    const check = database.prepare('PRAGMA integrity_check');
    check.step();
    const answer = check.get()[0];
    check.free();
    if (answer !== 'ok') throw new Error(`The database is damaged: ${String(answer)}`);
    const names = Object.keys(row.shape);
    const statement = database.prepare(`SELECT ${names.join(', ')} FROM threads`);
    const rows = [];
    while (statement.step()) {
      const values = statement.get();
      rows.push(row.parse(Object.fromEntries(names.map((name, index) => [name, values[index]]))));
    }
    statement.free();
    return rows;
  } finally {
    database.close();
  }
}

/** The lines of a thread's history file; throws when one of them does not parse. */
export async function historyFile(
  dock: Dock,
  thread: string,
): Promise<readonly z.infer<typeof historyEventSchema>[]> {
  const text = await readFile(dock.state('history', `${thread}.jsonl`), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map(line => historyEventSchema.parse(JSON.parse(line)));
}
