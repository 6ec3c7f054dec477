import { isDeepStrictEqual } from 'node:util';

/** OpenCode's words for answers to a permission; the last one only from its own dialog. */
export const replies = ['once', 'reject', 'always'] as const;
export type Reply = (typeof replies)[number];
export type RequestKind = 'permission' | 'question';
type Answers = readonly (readonly string[])[];

interface Asked {
  readonly kind: RequestKind;
  readonly sessionId: string;
  readonly at: number;
  reply?: Reply;
  answers?: Answers;
  /** A refusal takes the other open permissions of its session along. */
  isTakenAlong?: boolean;
  isOver?: boolean;
}

/**
 * Tells our own answers to a turn's requests, and those of the person at a terminal, from those of others. The server's password can be read by whatever
 * runs as the same user, the agents' shells included, so an answer that did not come from here is nobody's answer.
 */
export class OwnReplies {
  readonly #asked = new Map<string, Asked>();

  /** False where the request is known already. */
  asked(id: string, kind: RequestKind, sessionId: string): boolean {
    if (this.#asked.has(id)) return false;
    this.#asked.set(id, { kind, sessionId, at: performance.now() });
    return true;
  }

  /** When the request came, in the time of `performance.now()`. */
  askedAt(id: string): number | undefined {
    return this.#asked.get(id)?.at;
  }

  /** To be called before the answer leaves, or once it is known to be the person's. */
  permissionSent(id: string, reply: Reply): void {
    const asked = this.#asked.get(id);
    if (asked !== undefined) asked.reply = reply;
  }

  /** As above. */
  questionSent(id: string, answers: Answers): void {
    const asked = this.#asked.get(id);
    if (asked !== undefined) asked.answers = answers;
  }

  /** OpenCode says that a permission was answered: whether by us, and which others went with it. */
  permissionReplied(
    id: string,
    reply: string,
  ): { readonly isOurs: boolean; readonly takenAlong: readonly string[] } {
    const asked = this.#asked.get(id);
    if (asked === undefined) return { isOurs: false, takenAlong: [] };
    asked.isOver = true;
    if (reply === 'reject' && asked.isTakenAlong === true) return { isOurs: true, takenAlong: [] };
    const isOurs = asked.reply === reply;
    return { isOurs, takenAlong: isOurs && reply === 'reject' ? this.#takeAlong(asked.sessionId) : [] };
  }

  /** OpenCode says that a question was answered: whether by us. */
  questionReplied(id: string, answers: Answers): boolean {
    const asked = this.#asked.get(id);
    return asked?.answers !== undefined && isDeepStrictEqual(asked.answers, answers);
  }

  /** Whether a request that is gone may have gone with a refusal of ours. */
  mayBeTakenAlong(id: string): boolean {
    const asked = this.#asked.get(id);
    return (
      asked?.kind === 'permission' &&
      [...this.#asked.values()].some(
        ({ sessionId, reply }) => sessionId === asked.sessionId && reply === 'reject',
      )
    );
  }

  #takeAlong(sessionId: string): string[] {
    const others = [...this.#asked].filter(
      ([, asked]) => asked.kind === 'permission' && asked.sessionId === sessionId && asked.isOver !== true,
    );
    for (const [, asked] of others) asked.isTakenAlong = true;
    return others.map(([id]) => id);
  }
}
