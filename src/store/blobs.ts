import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { DockError } from '../contracts/errors.ts';
import { inlineTextLimit, type TextRef } from '../contracts/text.ts';
import { errorCodeOf, storageError } from '../core/storageError.ts';
import { writeFileAtomic } from './atomicFile.ts';
import { noFollow } from './journalSegments.ts';

/** Long texts, each in a file named after its content. */
export interface Blobs {
  /** Resolves when the text is on disk, so that a journal line may refer to it. */
  putText(text: string): Promise<TextRef>;
  /** Refers to the text at once and writes it in the background; `flush` waits for that. */
  stageText(text: string): TextRef;
  /** Rejects with an error that is not retryable where the text is lost. */
  getText(ref: TextRef): Promise<string>;
  flush(): Promise<void>;
}

const headLength = 200;

/** `stateDir` is the folder the references are relative to. */
export function openBlobs(stateDir: string): Blobs {
  /** Texts that are being written, by file. */
  const writing = new Map<string, { readonly text: string; readonly done: Promise<void> }>();

  function write(file: string, text: string): Promise<void> {
    const known = writing.get(file);
    if (known !== undefined) return known.done;
    const done = writeBlob(stateDir, file, text).finally(() => writing.delete(file));
    writing.set(file, { text, done });
    return done;
  }

  return {
    async putText(text) {
      const ref = refOf(text);
      if ('file' in ref) await write(ref.file, text);
      return ref;
    },
    stageText(text) {
      const ref = refOf(text);
      // A failure shows when the text is read; the history that refers to it is not durable either.
      if ('file' in ref) void write(ref.file, text).catch(() => undefined);
      return ref;
    },
    async getText(ref) {
      if (!('file' in ref)) return ref.text;
      return writing.get(ref.file)?.text ?? (await readBlob(stateDir, ref.file));
    },
    async flush() {
      await Promise.allSettled([...writing.values()].map(({ done }) => done));
    },
  };
}

/** How the text is referred to; writes nothing. */
export function refOf(text: string): TextRef {
  // Half a surrogate pair survives in JSON, but not in a UTF-8 file.
  if (text.length <= inlineTextLimit || !text.isWellFormed()) return { text };
  return { file: `blobs/${hashOf(text)}.txt`, length: text.length, head: headOf(text) };
}

function headOf(text: string): string {
  const head = text.slice(0, headLength);
  return head.isWellFormed() ? head : head.slice(0, -1);
}

function hashOf(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}

async function writeBlob(stateDir: string, file: string, text: string): Promise<void> {
  const path = join(stateDir, file);
  try {
    if (await holdsAlready(stateDir, file)) return;
    await writeFileAtomic(path, text, { fsync: true });
  } catch (cause) {
    throw storageError('write', path, cause);
  }
}

async function holdsAlready(stateDir: string, file: string): Promise<boolean> {
  return await readBlob(stateDir, file).then(
    () => true,
    () => false,
  );
}

async function readBlob(stateDir: string, file: string): Promise<string> {
  const match = /^blobs\/([0-9a-f]{64})\.txt$/.exec(file);
  if (match === null)
    throw new DockError('invalid_arguments', `Expected the name of a stored text, got \`${file}\``);
  const path = join(stateDir, file);
  const content = await readWhole(path).catch((cause: unknown) => {
    if (errorCodeOf(cause) !== 'ENOENT') throw storageError('read', path, cause);
    throw lostText(`The stored text ${path} is not there any more`, cause);
  });
  if (hashOf(content) !== match[1]) {
    throw lostText(`The stored text ${path} was changed or is damaged`);
  }
  return content.toString('utf8');
}

/** Trying again helps only once the text was put again. */
function lostText(message: string, cause?: unknown): DockError {
  return new DockError('storage_unavailable', message, { retryable: false, cause });
}

async function readWhole(path: string): Promise<Buffer> {
  const handle = await open(path, constants.O_RDONLY | noFollow);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
