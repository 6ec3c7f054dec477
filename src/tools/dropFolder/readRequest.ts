import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { DockError } from '../../contracts/errors.ts';
import { toolCallSchema } from '../../contracts/tools.ts';

/** Bytes of one request. */
export const largestRequest = 1024 * 1024;

export interface RequestedCall {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Links are not followed and pipes not waited for. Throws a `DockError` for what is no fit file, else as `open` does. */
export async function readRequest(path: string): Promise<Buffer> {
  // Windows has neither flag, and no such files.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const handle = await open(path, flags).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ELOOP') throw notAFile();
    throw cause;
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw notAFile();
    const bytes = Buffer.alloc(Math.min(found.size, largestRequest) + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > largestRequest) {
      throw new DockError('invalid_arguments', `A request may have at most ${largestRequest} bytes.`, {
        hint: 'Put a long text into a file of the workspace and name that file in the prompt.',
      });
    }
    return Buffer.from(bytes.subarray(0, length));
  } finally {
    await handle.close();
  }
}

function notAFile(): DockError {
  return new DockError('invalid_arguments', 'A request is a file of its own, not a link or a folder.');
}

export function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(textOf(bytes));
    return true;
  } catch {
    return false;
  }
}

/** Throws `invalid_arguments` with what is wrong. */
export function parseRequest(bytes: Buffer): RequestedCall {
  let value: unknown;
  try {
    value = JSON.parse(textOf(bytes));
  } catch (cause) {
    const why = bytes.length === 0 ? 'the file is empty' : cause instanceof Error ? cause.message : '';
    throw new DockError('invalid_arguments', `Expected a tool call as JSON: ${why}`, {
      cause,
      hint: example,
    });
  }
  const parsed = toolCallSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new DockError('invalid_arguments', 'Expected `tool` and its `args`, and nothing else.', {
    cause: parsed.error,
    hint: example,
  });
}

const example =
  'Such as {"tool": "list_threads", "args": {}}. Write it under another name first, then rename it.';

/** UTF-8, also as editors on Windows write it. Other bytes are refused, not replaced. */
function textOf(bytes: Buffer): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
