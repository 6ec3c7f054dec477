import path from 'node:path';
import { toToolError } from '../../contracts/errors.ts';
import type { SessionRef } from '../../contracts/thread.ts';
import type { DriverContext } from '../driver.ts';
import { acquireWhile, type ServerPool } from '../process/serverPool.ts';
import { partSchema } from './parts.ts';
import type { Messages } from './responses.ts';
import type { OpencodeServer } from './startServer.ts';

export interface TranscriptParts {
  readonly context: DriverContext;
  readonly pool: ServerPool<OpencodeServer>;
}

const pageSize = 100;

/** Which of the texts stand in the session's record: in its messages, or in what its tools answered. */
export async function findInTranscript(
  { context, pool }: TranscriptParts,
  session: SessionRef,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => undefined);
  const onAbort = (): void => aborted.reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  const going = <Value>(step: Promise<Value>): Promise<Value> => Promise.race([step, aborted.promise]);
  try {
    const { api } = await acquireWhile(pool, pool.acquire(), going);
    try {
      const directory = path.resolve(context.workspace, session.working_dir);
      const read = (before: string | undefined) =>
        going(api.messagePage(directory, session.id, pageSize, before));
      return await search(read, texts);
    } finally {
      pool.release();
    }
  } catch (error) {
    context.log(`opencode’s record of a session could not be read: ${toToolError(error).message}`);
    return undefined;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

interface Page {
  readonly messages: Messages;
  readonly next: string | undefined;
}

/** From the newest page back, until all are found. */
async function search(
  read: (before: string | undefined) => Promise<Page>,
  texts: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  let before: string | undefined;
  do {
    const { messages, next } = await read(before);
    const record = messages.flatMap(({ parts }) => parts.map(textOf));
    for (const text of texts) if (record.some(part => part.includes(text))) found.add(text);
    before = next;
  } while (before !== undefined && found.size < texts.length);
  return found;
}

function textOf(data: unknown): string {
  const { data: part } = partSchema.safeParse(data);
  if (part?.type === 'text') return part.text;
  return part?.type === 'tool' ? `${part.state.output ?? ''}\n${part.state.error ?? ''}` : '';
}
