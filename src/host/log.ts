import { appendFileSync, renameSync, statSync } from 'node:fs';

export type Log = (message: string) => void;

const longestFile = 1024 * 1024;

/**
 * Appends lines to `file`; at 1 MiB it becomes `file.1`. Never throws: a host goes on without its log.
 * Callers never pass prompts, terminal text, environment values, tokens or whole command lines.
 */
export function createLog(file: string): Log {
  return message => {
    try {
      if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > longestFile) renameSync(file, `${file}.1`);
      appendFileSync(file, `${new Date().toISOString()} ${message.replaceAll('\n', ' ')}\n`, { mode: 0o600 });
    } catch {
      // The disk may be full or the folder gone: what matters is reported through the store.
    }
  };
}
