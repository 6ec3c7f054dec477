import { TypedLine } from '../../pty/typedLine.ts';

/** After an Enter that nothing was heard of, the line is taken for a command to the terminal. */
const commandMs = 2_000;
/** A line that may be half typed, and was left alone for so long, keeps nothing waiting: what comes does not touch it. */
const quietMs = 60_000;
const escapeKey = '\u001b';

/** What the person has typed into the terminal and not sent. */
export class TypingLine {
  readonly #line = new TypedLine();
  readonly #onFree: () => void;
  #wasEmpty = true;
  #taking: NodeJS.Timeout | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #isLeftAlone = false;
  #isClosed = false;

  /** `onFree`: nothing is half typed any more. */
  constructor(onFree: () => void) {
    this.#onFree = onFree;
  }

  get isEmpty(): boolean {
    return this.#line.isEmpty || this.#isLeftAlone;
  }

  /**
   * An Enter sends the line, or it is a command, of which the terminal says nothing. Where it did neither, a message beside
   * it harms nothing: it does not come by the keyboard.
   */
  typed(data: string, isAtRest: boolean): void {
    // While the agent works Escape stops it and leaves the line as it is.
    if (this.#isClosed || (data === escapeKey && !isAtRest)) return;
    this.#line.typed(data, isAtRest);
    this.#isLeftAlone = false;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#leftAlone(), quietMs).unref();
    if (data.includes('\r') && !data.includes('\u001b[200~')) {
      clearTimeout(this.#taking);
      this.#taking = setTimeout(() => this.taken(), commandMs).unref();
    }
    this.#tell();
  }

  /** The person's word has arrived. */
  taken(): void {
    clearTimeout(this.#taking);
    this.#line.taken();
    this.#tell();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#taking);
    clearTimeout(this.#quiet);
  }

  #leftAlone(): void {
    this.#isLeftAlone = true;
    this.#tell();
  }

  #tell(): void {
    const { isEmpty } = this;
    if (isEmpty && !this.#wasEmpty) this.#onFree();
    this.#wasEmpty = isEmpty;
  }
}
