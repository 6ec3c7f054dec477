import { randomUUID } from 'node:crypto';
import { DockError } from '../../contracts/errors.ts';
import { tooLate } from '../tooLate.ts';
import { userMessage } from './outgoing.ts';

interface Sent {
  readonly text: string;
  readonly taken: PromiseWithResolvers<void>;
}

/** Messages to the running turn. */
export class Steering {
  readonly #sent = new Map<string, Sent>();

  /**
   * Resolves when the CLI repeats the message: until then it stands in the memory of the process, and is lost with
   * it. `onSending` gets its id before anything leaves.
   */
  async bring(
    { text, messageId }: { readonly text: string; readonly messageId: string | undefined },
    send: (message: object) => Promise<boolean>,
    onSending: (uuid: string) => void,
  ): Promise<void> {
    const uuid = messageId ?? randomUUID();
    const taken = Promise.withResolvers<void>();
    taken.promise.catch(() => undefined);
    this.#sent.set(uuid, { text, taken });
    onSending(uuid);
    if (await send(userMessage(text, uuid))) return taken.promise;
    this.#sent.delete(uuid);
    throw tooLate();
  }

  /** The text of the message the CLI has repeated, if it is one of these. */
  delivered(uuid: string): string | undefined {
    const sent = this.#sent.get(uuid);
    this.#sent.delete(uuid);
    sent?.taken.resolve();
    return sent?.text;
  }

  /** Whether the CLI had taken what it has not repeated, its transcript says. */
  close(): void {
    for (const { taken } of this.#sent.values()) {
      taken.reject(new DockError('unknown', 'The turn ended before Claude Code had taken the message.'));
    }
    this.#sent.clear();
  }
}
