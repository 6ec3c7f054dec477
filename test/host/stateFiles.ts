import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import initSqlJs from 'sql.js';
import * as z from 'zod';
import { historyEventSchema } from '../../src/contracts/agentEvent.ts';
import { type JournalChange, journalChanges } from '../crash/journalOnDisk.ts';
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
    else if (!/host\.log$/.test(path)) hashes[path] = sha256(await readFile(path));
  }
  return hashes;
}

const image = z.object({ sha256: z.string(), position: z.object({ gseq: z.number() }) });
const seal = z.object({ images: z.tuple([image]).rest(image) });
const mirror = z.object({ written_at: z.string(), workers: z.array(z.unknown()) });

/**
 * Waits until what the host writes behind is on disk as well, all threads being at rest: the index (and before it the
 * histories) with the journal's last change, the mirror since that change.
 */
export async function settled(dock: Dock): Promise<void> {
  await indexed(dock);
  await waitFor('the mirror to be written', async () =>
    isMirrored(dock, String((await lastChange(dock))?.['at'] ?? '')),
  );
}

/** Waits until the index holds the journal's last change. */
export async function indexed(dock: Dock): Promise<void> {
  await waitFor('the index to be saved', async () => isIndexed(dock, (await lastChange(dock))?.gseq ?? 0));
}

async function lastChange(dock: Dock): Promise<JournalChange | undefined> {
  return (await journalChanges(dock)).findLast(({ thread }) => thread !== undefined);
}

async function isIndexed(dock: Dock, gseq: number): Promise<boolean> {
  const text = await readFile(dock.state('agentdock.db.seal'), 'utf8').catch(() => undefined);
  // The seal goes first, then the image gets its name.
  const written = await readFile(dock.state('agentdock.db')).catch(() => undefined);
  if (text === undefined || written === undefined) return false;
  const [newest] = seal.parse(JSON.parse(text)).images;
  return newest.position.gseq >= gseq && newest.sha256 === sha256(written);
}

async function isMirrored(dock: Dock, at: string): Promise<boolean> {
  const text = await readFile(dock.state('active_workers.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  const { written_at, workers } = mirror.parse(JSON.parse(text));
  return written_at >= at && workers.length === 0;
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
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
