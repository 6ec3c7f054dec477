import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { DockError } from '../contracts/errors.ts';
import { type HostFile, parseHostFile, protocolVersion } from '../contracts/rpc.ts';
import { startTimeOf } from '../providers/process/processTable.ts';
import { writeFileAtomic } from '../store/atomicFile.ts';
import { readSmallFile } from './readSmallFile.ts';

/** Longest socket path that all Unixes take, with room to spare (macOS: 104 bytes). */
const longestSocketPath = 100;

/**
 * Where a new host listens: a socket in a private folder of the user (the workspace may be on a drive that holds
 * no sockets, and its path may be too long), or a random named pipe.
 */
export function makeEndpoint(workspace: string, userFolder: string): string {
  const random = randomBytes(6).toString('hex');
  if (process.platform === 'win32') return `\\\\.\\pipe\\agentdock-${random}`;
  const name = `${createHash('sha256').update(workspace).digest('hex').slice(0, 12)}-${random}.sock`;
  return join(socketFolder(userFolder, name.length), name);
}

function socketFolder(userFolder: string, nameLength: number): string {
  const runtime = process.env['XDG_RUNTIME_DIR'];
  const candidates = [
    ...(runtime?.startsWith('/') ? [join(runtime, 'agentdock')] : []),
    join(userFolder, 'run'),
    join(tmpdir(), `agentdock-${userInfo().uid}`),
  ];
  for (const folder of candidates) {
    if (Buffer.byteLength(folder) + 1 + nameLength <= longestSocketPath && isPrivate(folder)) return folder;
  }
  throw new DockError('storage_unavailable', 'There is no private folder for the socket of the host.', {
    hint: 'Set XDG_RUNTIME_DIR to a folder of yours with a short path.',
  });
}

/** Makes the folder if need be; false when somebody else could change it. */
function isPrivate(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stats = lstatSync(folder);
    return stats.isDirectory() && stats.uid === userInfo().uid && (stats.mode & 0o077) === 0;
  } catch {
    return false;
  }
}

export interface PublishedHost {
  readonly workspace: string;
  readonly endpoint: string;
  readonly key: string;
  readonly version: string;
}

/** Tells clients where the host listens: `state/host.json`, 0600, replaced atomically. */
export async function publishEndpoint(host: PublishedHost): Promise<void> {
  const file: HostFile = {
    v: 1,
    pid: process.pid,
    start_time: (await startTimeOf(process.pid)) ?? '',
    endpoint: host.endpoint,
    key: host.key,
    version: host.version,
    protocol: protocolVersion,
    workspace: host.workspace,
  };
  const path = join(host.workspace, '.agentdock', 'state', 'host.json');
  await writeFileAtomic(path, `${JSON.stringify(file)}\n`, { mode: 0o600 });
}

/** Whether clients that read `state/host.json` find this host by it. */
export async function isPublished({ workspace, endpoint, key }: PublishedHost): Promise<boolean> {
  const file = await readEndpoint(workspace);
  return (
    file?.pid === process.pid &&
    file.endpoint === endpoint &&
    file.key === key &&
    file.workspace === workspace
  );
}

/** What another host published; undefined when there is none or it cannot be read. */
export async function readEndpoint(workspace: string): Promise<HostFile | undefined> {
  const path = join(workspace, '.agentdock', 'state', 'host.json');
  const text = await readSmallFile(path, 64 * 1024).catch(() => undefined);
  return text === undefined ? undefined : parseHostFile(text);
}

/** Takes back what this host published, so that nobody looks for it; nothing when another one has taken its place. */
export async function withdrawEndpoint(workspace: string): Promise<void> {
  if ((await readEndpoint(workspace))?.pid !== process.pid) return;
  await rm(join(workspace, '.agentdock', 'state', 'host.json'), { force: true }).catch(() => undefined);
}
