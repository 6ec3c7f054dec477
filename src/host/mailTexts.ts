import type { ProviderId } from '../contracts/ids.ts';
import type { Message } from '../contracts/message.ts';
import type { Thread } from '../contracts/thread.ts';
import { comebackText } from '../core/comeback.ts';
import { digestText } from '../core/digest.ts';
import type { Driver } from '../providers/driver.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import { readEntry } from './readEntry.ts';

type Texts = Pick<ThreadStore, 'get' | 'getText'>;

export interface PromptParts {
  readonly store: Texts;
  readonly drivers: ReadonlyMap<ProviderId, Driver>;
}

/** A single word of the person's is the prompt itself, unless typing it into a terminal would make another of it. */
export async function promptText(
  { provider, turn }: Thread,
  messages: readonly Message[],
  { store, drivers }: PromptParts,
): Promise<string> {
  const [only, second] = messages;
  if (only?.kind === 'message' && only.origin === 'person' && second === undefined) {
    const text = await store.getText(only.text);
    const isTyped = turn?.native === true;
    if (!isTyped || drivers.get(provider)?.unfitForTerminal?.(text) === undefined) return text;
  }
  return await markedText(messages, store);
}

/** The prompt of a turn that lets a master go on. */
export async function comebackPrompt(messages: readonly Message[], store: Texts): Promise<string> {
  return messages.length === 0 ? comebackText : `${comebackText}\n\n${await markedText(messages, store)}`;
}

/** Each message with its mark, which the provider's transcript later proves to have arrived. */
export async function markedText(messages: readonly Message[], store: Texts): Promise<string> {
  return digestText(await Promise.all(messages.map(message => readEntry(message, store))));
}
