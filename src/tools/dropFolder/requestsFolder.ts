import { lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isJson, largestRequest, readRequest } from './readRequest.ts';
import { type RequestName, requestNameOf } from './requestName.ts';
import type { Settling } from './settling.ts';

/** What to do with the requests that lie there. */
export interface Looked {
  /** Complete, or not to be completed any more; oldest first. */
  readonly ready: readonly RequestName[];
  /** Left alone, with the reason for the log. */
  readonly leftAlone: readonly string[];
  /** When to look again for those that are still being written. */
  readonly againInMs: number | undefined;
  /** Some wait for an earlier request of their name to be answered. */
  readonly isHeldUp: boolean;
}

/** Files that are read at once. */
const chunk = 100;

/** Makes it where it is missing, out of git's sight. False where something else is in its place. */
export async function makeRequestsFolder(folder: string): Promise<boolean> {
  const made = await mkdir(folder).then(
    () => true,
    () => false,
  );
  if (made) await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch(() => undefined);
  // A link that came with a clone would have us read and write somewhere else.
  return (await lstat(folder).catch(() => undefined))?.isDirectory() === true;
}

/** `open`: names whose requests are not answered yet. One after another, so that each finds its own result. */
export async function lookAtRequests(
  folder: string,
  { open, settling }: { readonly open: ReadonlySet<RequestName>; readonly settling: Settling },
): Promise<Looked> {
  const names = (await readdir(folder)).flatMap(file => requestNameOf(file) ?? []);
  settling.keepOnly(new Set(names));
  const asked = names.filter(name => !open.has(name));
  const looks: Look[] = [];
  for (let from = 0; from < asked.length; from += chunk) {
    const some = asked.slice(from, from + chunk);
    looks.push(...(await Promise.all(some.map(name => lookAt(folder, name, settling)))));
  }
  const ready = looks.flatMap(look => (look.kind === 'ready' ? [look] : []));
  const waits = looks.flatMap(look => (look.kind === 'wait' ? [look.leftMs] : []));
  return {
    ready: ready.sort((a, b) => a.mtimeMs - b.mtimeMs || byName(a.name, b.name)).map(({ name }) => name),
    leftAlone: looks.flatMap(look => (look.kind === 'leave' ? [look.why] : [])),
    againInMs: waits.length === 0 ? undefined : Math.min(...waits),
    isHeldUp: asked.length < names.length,
  };
}

/** File systems tell times apart by some milliseconds only. */
const { compare: byName } = new Intl.Collator('en', { numeric: true });

type Look =
  | { readonly kind: 'ready'; readonly name: RequestName; readonly mtimeMs: number }
  | { readonly kind: 'wait'; readonly leftMs: number }
  | { readonly kind: 'leave'; readonly why: string }
  | { readonly kind: 'gone' };

async function lookAt(folder: string, name: RequestName, settling: Settling): Promise<Look> {
  const path = join(folder, `${name}.json`);
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return { kind: 'gone' };
  const { mtimeMs, size, ino, uid } = found;
  const us = process.getuid?.();
  if (us !== undefined && uid !== us) return { kind: 'leave', why: `${name}.json belongs to another user` };
  const ready = { kind: 'ready' as const, name, mtimeMs };
  if (found.isSymbolicLink()) return ready;
  if (!found.isFile()) return { kind: 'leave', why: `${name}.json is no file` };
  if (size > largestRequest) return ready;
  const bytes = await readRequest(path).catch(() => undefined);
  if (bytes !== undefined && isJson(bytes)) return ready;
  const leftMs = settling.left(name, { ino, size, mtimeMs });
  return leftMs === 0 ? ready : { kind: 'wait', leftMs };
}
