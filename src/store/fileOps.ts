import { fdatasync, ftruncateSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';

/** The calls whose failures decide what the journal may promise; a disk that fails them cannot be had on demand. */
export interface FileOps {
  /** Bytes written, which may be fewer than given. */
  readonly write: (fd: number, data: Buffer, offset: number, position: number) => number;
  readonly datasync: (fd: number) => Promise<void>;
  readonly truncate: (fd: number, length: number) => void;
}

export const realFileOps: FileOps = {
  write: (fd, data, offset, position) => writeSync(fd, data, offset, data.length - offset, position),
  datasync: promisify(fdatasync),
  truncate: ftruncateSync,
};
