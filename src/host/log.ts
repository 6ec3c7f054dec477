import { closeSync, constants, openSync, renameSync, statSync, writeSync } from 'node:fs';

export type Log = (message: string) => void;

const longestFile = 1024 * 1024;
/** A link or pipe in its place, which a clone or an agent can make, is neither followed nor waited for. */
const flags =
  constants.O_WRONLY |
  constants.O_APPEND |
  constants.O_CREAT |
  // Windows has neither.
  (constants.O_NOFOLLOW ?? 0) |
  (constants.O_NONBLOCK ?? 0);

/**
 * Appends lines to `file`; at 1 MiB it becomes `file.1`. Never throws: a host goes on without its log.
 * Callers never pass prompts, terminal text, environment values, tokens or whole command lines.
 */
export function createLog(file: string): Log {
  return message => {
    try {
      if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > longestFile) renameSync(file, `${file}.1`);
      // Control characters could write further lines, or steer the terminal that shows them.
      const line = message.replace(/\p{Cc}+/gu, ' ');
      const fd = openSync(file, flags, 0o600);
      try {
        writeSync(fd, `${new Date().toISOString()} ${line}\n`);
      } finally {
        closeSync(fd);
      }
    } catch {
      // The disk may be full or the folder gone: what matters is reported through the store.
    }
  };
}
