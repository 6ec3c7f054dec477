import { DockError } from '../../contracts/errors.ts';

interface Sent {
  readonly text: string;
  readonly taken: PromiseWithResolvers<void>;
}

/** Messages to the running turn, which the server keeps in its memory until it gives them to the model. */
export interface SentMessages {
  /** Resolves when the message has become part of the conversation. */
  expect(id: string, text: string): Promise<void>;
  /** The text of the message of that id, if it is one of these: it is part of the conversation now. */
  taken(id: string): string | undefined;
  /** The turn is over: whether it still took what it was sent, the transcript says. */
  close(): void;
}

export function makeSentMessages(): SentMessages {
  const sent = new Map<string, Sent>();
  return {
    expect: (id, text) => {
      const taken = Promise.withResolvers<void>();
      taken.promise.catch(() => undefined);
      sent.set(id, { text, taken });
      return taken.promise;
    },
    taken: id => {
      const message = sent.get(id);
      sent.delete(id);
      message?.taken.resolve();
      return message?.text;
    },
    close: () => {
      for (const { taken } of sent.values()) {
        taken.reject(new DockError('unknown', 'The turn ended before Codex had taken the message.'));
      }
      sent.clear();
    },
  };
}
