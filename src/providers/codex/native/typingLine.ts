import { TypedLine } from '../../pty/typedLine.ts';

/** After an Enter that nothing was heard of, the line is taken for a command to the terminal. */
const commandMs = 2_000;

/** What the person has typed into the terminal and not sent. */
export class TypingLine {
  readonly #line = new TypedLine();
  readonly #onFree: () => void;
  #wasEmpty = true;
  #taking: NodeJS.Timeout | undefined;

  /** `onFree`: nothing is half typed any more. */
  constructor(onFree: () => void) {
    this.#onFree = onFree;
  }

  get isEmpty(): boolean {
    return this.#line.isEmpty;
  }

  /**
   * An Enter sends the line, or it is a command, of which the terminal says nothing. Where it did neither, a message beside
   * it harms nothing: it does not come by the keyboard.
   */
  typed(data: string, isAtRest: boolean): void {
    this.#line.typed(data, isAtRest);
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

  #tell(): void {
    const { isEmpty } = this;
    if (isEmpty && !this.#wasEmpty) this.#onFree();
    this.#wasEmpty = isEmpty;
  }
}
