import { DockError } from '../contracts/errors.ts';

const hints: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some space on that disk, then try again.',
  EDQUOT: 'The disk quota is used up: free some space, then try again.',
  EFBIG: 'The file size limit of this process is reached: raise it (`ulimit -f`), then start the host again.',
  EROFS: 'The file system is read-only: remount it writable, then start the host again.',
  EACCES: 'Give your user write access to that folder, then start the host again.',
  EPERM: 'Give your user write access to that folder, then start the host again.',
  EMFILE: 'Too many files are open: raise the limit (`ulimit -n`), then start the host again.',
  ENOTDIR: 'Something that is not a folder is in the way: move it aside.',
};

export function errorCodeOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !('code' in cause)) return undefined;
  return typeof cause.code === 'string' ? cause.code : undefined;
}

/** `storage_unavailable` with what was tried, on what, and the next step. A `DockError` stays as it is. */
export function storageError(verb: string, target: string, cause: unknown): DockError {
  if (cause instanceof DockError) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  const hint = hints[errorCodeOf(cause) ?? ''];
  return new DockError('storage_unavailable', `Could not ${verb} ${target}: ${detail}`, {
    cause,
    ...(hint === undefined ? {} : { hint }),
  });
}
