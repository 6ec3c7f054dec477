import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import path from 'node:path';
import { DockError } from '../../contracts/errors.ts';
import type { SessionRef } from '../../contracts/thread.ts';
import { configFolder } from './userSettings.ts';

export interface SessionPlan {
  readonly id: string;
  /** The transcript to continue; a new session where there is none. */
  readonly transcript: string | undefined;
  readonly args: readonly string[];
}

export interface SessionQuery {
  readonly session: SessionRef | undefined;
  readonly workspace: string;
  readonly workingDir: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** How to open the session of a turn: a new one, or exactly the one it had. */
export async function planSession(query: SessionQuery): Promise<SessionPlan> {
  const { session, environment } = query;
  if (session === undefined) return newSession(randomUUID());
  const transcript = await findTranscript(session, environment);
  if (transcript === undefined) {
    if (session.transcript_path !== undefined) throw lostSession(session.id);
    // The first turn ended before the CLI wrote anything: the id is still free.
    return newSession(session.id);
  }
  // A transcript without a message can be neither resumed nor used again by its id; nothing is lost with it.
  if (!(await holdsMessage(transcript))) return newSession(randomUUID());
  return { id: session.id, transcript, args: ['--resume', resumeTarget(query, session, transcript)] };
}

/** The CLI finds an id only from the folder of the session; from elsewhere it takes the transcript's path. */
export function resumeTarget(
  { workspace, workingDir }: Pick<SessionQuery, 'workspace' | 'workingDir'>,
  session: SessionRef,
  transcript: string,
): string {
  return path.resolve(workspace, session.working_dir) === path.resolve(workingDir) ? session.id : transcript;
}

/** The transcript's folder is named after the working folder in a way that is the CLI's own: look through all. */
export async function findTranscript(
  session: Pick<SessionRef, 'id' | 'transcript_path'>,
  environment: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  if (session.transcript_path !== undefined && (await exists(session.transcript_path))) {
    return session.transcript_path;
  }
  if (!/^[0-9a-f-]{36}$/i.test(session.id)) return undefined;
  const root = path.join(configFolder(environment), 'projects');
  const folders = await readdir(root).catch(() => []);
  const files = folders.map(folder => path.join(root, folder, `${session.id}.jsonl`));
  const found = await Promise.all(files.map(async file => ((await exists(file)) ? file : undefined)));
  return found.find(file => file !== undefined);
}

function newSession(id: string): SessionPlan {
  return { id, transcript: undefined, args: ['--session-id', id] };
}

function lostSession(id: string): DockError {
  return new DockError('not_found', `Claude Code no longer has the session ${id}.`, {
    hint: 'Its transcript was deleted. Spawn a new thread.',
  });
}

/** Before the first message a transcript holds only bookkeeping. Inside a text the quotes would be escaped. */
async function holdsMessage(file: string): Promise<boolean> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8')) {
    const text = rest + String(chunk);
    if (/"type":"(user|assistant)"/.test(text)) return true;
    rest = text.slice(-32);
  }
  return false;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
