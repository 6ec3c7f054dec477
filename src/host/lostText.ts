import { DockError } from '../contracts/errors.ts';
import type { TextRef } from '../contracts/text.ts';
import type { ThreadStore } from '../store/threadStore.ts';

type Texts = Pick<ThreadStore, 'getText'>;

/** Why a text can never be read again; undefined where it can be read. A disk that fails now is an error. */
export async function lossOf(ref: TextRef, store: Texts): Promise<string | undefined> {
  try {
    // A short one stands in the journal.
    if ('file' in ref) await store.getText(ref);
    return undefined;
  } catch (error) {
    if (error instanceof DockError && error.code === 'storage_unavailable' && !error.retryable) {
      return error.message;
    }
    throw error;
  }
}

/** The text, or what the journal holds of one that is lost. */
export async function textOrHead(ref: TextRef, store: Texts): Promise<string> {
  const isLost = (await lossOf(ref, store)) !== undefined;
  return isLost && 'head' in ref ? `${ref.head}… (the rest of this text is lost)` : await store.getText(ref);
}
