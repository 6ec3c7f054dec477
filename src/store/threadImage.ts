import initSqlJs, { type Database, type SqlJs } from 'sql.js';
import { type Thread, threadSchema } from '../contracts/thread.ts';
import { migrations, schemaVersion } from './migrations.ts';

const engines = new Map<string | undefined, Promise<SqlJs>>();

/** `wasmFile`: where `sql-wasm.wasm` lies; else beside the package. Loaded once. */
export function loadEngine(wasmFile: string | undefined): Promise<SqlJs> {
  const known = engines.get(wasmFile);
  if (known !== undefined) return known;
  const engine = initSqlJs(wasmFile === undefined ? {} : { locateFile: () => wasmFile });
  engines.set(wasmFile, engine);
  engine.catch(() => engines.delete(wasmFile));
  return engine;
}

/** The schema version that stands in an SQLite file's head, read without opening it. */
export function versionInHead(image: Uint8Array): number {
  const head = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  const isSqlite = head.length >= 100 && head.toString('latin1', 0, 15) === 'SQLite format 3';
  return isSqlite ? head.readUInt32BE(60) : 0;
}

/** A new database, or an older one brought to today's schema. */
export function openImage(engine: SqlJs, image?: Uint8Array): Database {
  const database = image === undefined ? new engine.Database() : new engine.Database(image);
  const version = image === undefined ? 0 : versionInHead(image);
  for (const [at, step] of migrations.entries()) {
    if (at < version) continue;
    database.run(`BEGIN; ${step}; PRAGMA user_version = ${at + 1}; COMMIT;`);
  }
  if (version < schemaVersion) putMeta(database, 'schema_version', String(schemaVersion));
  return database;
}

/** All threads of an image. Throws when a row does not hold one. */
export function readThreads(database: Database): Thread[] {
  const threads: Thread[] = [];
  const statement = database.prepare('SELECT data FROM threads ORDER BY rowid');
  try {
    while (statement.step()) threads.push(threadSchema.parse(JSON.parse(String(statement.get()[0]))));
  } finally {
    statement.free();
  }
  return threads;
}

const columns = [
  'parent_id',
  'role',
  'provider',
  'task_name',
  'state',
  'session_id',
  'working_dir',
  'created_at',
  'updated_at',
  'data',
];

/** Keeps a thread's row where it is: the order of rows is the order in which threads were created. */
const upsertSql = `INSERT INTO threads (id, ${columns.join(', ')}) VALUES (?${', ?'.repeat(columns.length)})
  ON CONFLICT (id) DO UPDATE SET ${columns.map(name => `${name} = excluded.${name}`).join(', ')}`;

export function writeThreads(database: Database, threads: Iterable<Thread>): void {
  database.run('BEGIN');
  const statement = database.prepare(upsertSql);
  try {
    for (const thread of threads) statement.run(rowOf(thread));
    database.run('COMMIT');
  } catch (cause) {
    database.run('ROLLBACK');
    throw cause;
  } finally {
    statement.free();
  }
}

export function putMeta(database: Database, key: string, value: string): void {
  database.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', [key, value]);
}

function rowOf(thread: Thread): (string | null)[] {
  return [
    thread.id,
    thread.parent_id ?? null,
    thread.role,
    thread.provider,
    thread.task_name,
    thread.state,
    thread.session?.id ?? null,
    thread.working_dir,
    thread.created_at,
    thread.updated_at,
    JSON.stringify(thread),
  ];
}
