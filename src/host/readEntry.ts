import type { Message } from '../contracts/message.ts';
import type { DigestEntry } from '../core/digest.ts';
import type { ReadRequest } from '../core/requestWords.ts';
import type { ReadResult } from '../core/resultWords.ts';
import { isNews } from '../core/waitingMessages.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import { textOrHead } from './lostText.ts';

type Texts = Pick<ThreadStore, 'get' | 'getText'>;

/** A message with all that its digest says of it: of a child's turn the report, of what it waits for options, tool and change. */
export async function readEntry(message: Message, store: Texts): Promise<DigestEntry> {
  const { from, kind, text } = message;
  return {
    message,
    // Half of somebody's words could say the opposite of all of them.
    text: isNews(kind) ? await textOrHead(text, store) : await store.getText(text),
    taskName: from === undefined ? undefined : store.get(from)?.task_name,
    startedBy: isNews(kind) && kind !== 'undelivered' ? workerAbove(from, store) : undefined,
    request: await openRequestOf(message, store),
    result: await resultOf(message, store),
  };
}

function workerAbove(id: Message['from'], store: Texts): DigestEntry['startedBy'] {
  const parent = id === undefined ? undefined : store.get(id)?.parent_id;
  const above = parent === undefined ? undefined : store.get(parent);
  return above?.role === 'worker' ? above.id : undefined;
}

async function resultOf({ result }: Message, store: Texts): Promise<ReadResult | undefined> {
  return result && { ...result, summary: await textOrHead(result.summary, store) };
}

async function openRequestOf(
  { kind, from, request_id }: Message,
  store: Texts,
): Promise<ReadRequest | undefined> {
  if (kind !== 'child_waits' || from === undefined) return undefined;
  const request = store.get(from)?.requests.find(({ id }) => id === request_id);
  if (request === undefined) return undefined;
  const { detail, diff } = request;
  return {
    ...request,
    detail: await textOrHead(detail, store),
    diff: diff === undefined ? undefined : await textOrHead(diff, store),
  };
}
