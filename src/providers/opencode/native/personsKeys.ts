import { TypedLine } from '../../pty/typedLine.ts';

export interface PersonsKeysOptions {
  /** To the program. */
  readonly write: (data: string) => void;
  readonly isAtRest: () => boolean;
  /** A dialog takes the keys. */
  readonly isAsking: () => boolean;
  /** Default: `performance.now`. */
  readonly now?: () => number;
}

/** It would put itself to sleep, and there is no shell that could wake it. */
const suspend = '\u001a';
/** What can end a dialog: Enter, Escape, the number of an option, a click. Cursors, focus and colours are reports, not keys. */
const deciding = /\r|^[1-9]$|^\u001b$|\u001b\[(?:13|27)[;:\d]*u|\u001b\[<0;\d+;\d+[Mm]/;
/** How long a question may be on its way to us while the person already sees it. */
const askedMs = 250;
/** How long OpenCode may take from the key to its word that the dialog was answered. */
const answerMs = 10_000;
/** A line that may be half typed, and was left alone for so long, keeps nothing waiting: what comes does not touch it. */
const quietMs = 60_000;

/** The keys of the person at OpenCode's terminal. */
export class PersonsKeys {
  readonly #options: PersonsKeysOptions;
  readonly #line = new TypedLine();
  readonly #now: () => number;
  #lastKey = Number.NEGATIVE_INFINITY;
  #lastDecision = Number.NEGATIVE_INFINITY;

  constructor(options: PersonsKeysOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Nobody is in the middle of a line. */
  get isFree(): boolean {
    return this.#line.isEmpty || this.#now() - this.#lastKey > quietMs;
  }

  typed(typed: string): void {
    const data = typed.replaceAll(suspend, '');
    if (data === '') return;
    const { write, isAtRest, isAsking } = this.#options;
    this.#lastKey = this.#now();
    if (deciding.test(data)) this.#lastDecision = this.#lastKey;
    // While the agent works Escape stops it and leaves the line as it is.
    if (!isAsking() && (isAtRest() || data !== '\u001b')) this.#line.typed(data, isAtRest());
    write(data);
  }

  /** OpenCode has taken the line. */
  taken(): void {
    this.#line.taken();
  }

  /** Whether a request that came at `askedAt` and is answered now may have been answered by these keys. */
  mayHaveAnswered(askedAt: number): boolean {
    return this.#lastDecision >= askedAt - askedMs && this.#now() - this.#lastDecision <= answerMs;
  }
}
