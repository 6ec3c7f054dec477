/**
 * The index's schema, as the steps that led to it. Append only: entry N brings version N to N + 1, and an old image
 * runs through all that it has not seen. Never change an entry that was released.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
   CREATE TABLE threads (
     id TEXT PRIMARY KEY,
     parent_id TEXT,
     role TEXT NOT NULL,
     provider TEXT NOT NULL,
     task_name TEXT NOT NULL,
     state TEXT NOT NULL,
     session_id TEXT,
     working_dir TEXT NOT NULL,
     created_at TEXT NOT NULL,
     updated_at TEXT NOT NULL,
     data TEXT NOT NULL
   );
   CREATE INDEX threads_by_parent ON threads (parent_id);
   CREATE INDEX threads_by_state ON threads (state);`,
];

export const schemaVersion = migrations.length;
