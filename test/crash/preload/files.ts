import fs from 'node:fs';
import { basename, dirname } from 'node:path';
import { beginAll, type Call } from './crash.ts';

const journalPath = /[\\/]state[\\/]journal[\\/]/;
/** Files of the state that are replaced as a whole. */
const replaced = /[\\/]\.agentdock[\\/]state[\\/]([\w.]+\.(?:json|db))$/;

/** Wraps the calls by which state reaches the disk. */
export function wrapFiles(): void {
  const journal = new Map<number, Call | undefined>();
  const original = {
    open: fs.promises.open,
    rename: fs.promises.rename,
    writeSync: fs.writeSync,
    fdatasync: fs.fdatasync,
  };

  fs.promises.open = async (path, ...rest) => {
    const handle = await original.open.call(fs.promises, path, ...rest);
    if (typeof path === 'string' && journalPath.test(path)) journal.set(handle.fd, undefined);
    else journal.delete(handle.fd);
    return handle;
  };

  fs.promises.rename = async (from, to) => {
    const name = nameOfRename(String(to));
    const call = name === undefined ? undefined : beginAll([name]);
    call?.reach('before');
    await original.rename.call(fs.promises, from, to);
    call?.reach('after');
  };

  const writeSync = (fd: number, data: unknown, ...rest: unknown[]): number => {
    const send = original.writeSync as (...args: unknown[]) => number;
    if (!journal.has(fd) || !Buffer.isBuffer(data)) return send(fd, data, ...rest);
    const call = beginAll(typesIn(data.toString('utf8')).map(type => `journal ${type}`));
    call.reach('before');
    if (call.isDue('torn')) {
      const [offset = 0, length = data.length, position = null] = rest;
      send(fd, data, offset, Math.floor(Number(length) / 2), position);
    }
    call.reach('torn');
    const written = send(fd, data, ...rest);
    call.reach('written');
    journal.set(fd, call);
    return written;
  };
  fs.writeSync = writeSync as typeof fs.writeSync;

  const fdatasync = (fd: number, done: fs.NoParamCallback) =>
    original.fdatasync(fd, error => {
      journal.get(fd)?.reach('after');
      journal.set(fd, undefined);
      done(error);
    });
  fs.fdatasync = fdatasync as typeof fs.fdatasync;
}

/** Types of state changes, of messages also where they move to; inside a text the quotes would be escaped. */
function typesIn(lines: string): string[] {
  const types = [
    ...lines.matchAll(/"type":"([a-z]+\.[a-z]+|snapshot)"(?:,"message_ids":\[[^\]]*\],"to":"([a-z]+)")?/g),
  ];
  return [...new Set(types.map(([, type = '', to]) => (to === undefined ? type : `${type} to ${to}`)))];
}

function nameOfRename(path: string): string | undefined {
  if (journalPath.test(path)) return dirname(path).endsWith('journal') ? 'file journal segment' : undefined;
  return replaced.test(path) ? `file ${basename(path)}` : undefined;
}
