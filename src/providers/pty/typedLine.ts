/**
 * What a terminal says by itself: focus, its kind, where its cursor is, its colours, the mouse. None of it is typing.
 */
const said =
  /\u001b\[[IO]|\u001b\[[?>=]?[\d;]*[cRnu]|\u001b\[\?[\d;]*\$y|\u001b\[<[\d;]*[Mm]|\u001b[P\]_][^\u0007\u001b]*(?:\u0007|\u001b\\)/g;
const pasteMarks = /\u001b\[20[01]~/g;
const controlC = '\u0003';
const backspace = '\u007f';

/**
 * Whether the line a person types into a program is surely empty. Counted from the keys: anything but letters and
 * backspaces (an arrow may bring an old line back, Escape gives one back, Enter may have sent it or broken it) leaves it
 * open until the program says that it took a line, or the line was thrown away.
 */
export class TypedLine {
  #length = 0;
  #isUnclear = false;
  /** The same of what was typed after the last Enter: that is left when the line before it was taken. */
  #after: TypedLine | undefined;

  get isEmpty(): boolean {
    return this.#length === 0 && !this.#isUnclear;
  }

  /** `isAtRest`: the program waits for a line, so that Ctrl+C throws the line away and stops nothing. */
  typed(data: string, isAtRest: boolean): void {
    const keys = data.replace(said, '').replace(pasteMarks, '');
    for (const key of keys) this.#press(key, isAtRest);
  }

  /** What was put into it otherwise may still stand there. */
  doubt(): void {
    this.#isUnclear = true;
  }

  /** The program has taken the line that was there at the last Enter. */
  taken(): void {
    this.#length = this.#after === undefined ? 0 : this.#after.#length;
    this.#isUnclear = this.#after === undefined ? false : this.#after.#isUnclear;
    this.#after = undefined;
  }

  #press(key: string, isAtRest: boolean): void {
    if (key === '\r') {
      // On an empty line it does nothing.
      if (!this.isEmpty) this.#after = new TypedLine();
      return;
    }
    if (this.#after !== undefined) this.#after.#press(key, isAtRest);
    if (key === controlC && isAtRest) this.#clear();
    else if (key === backspace) this.#length = Math.max(0, this.#length - 1);
    else if (key < ' ') this.#isUnclear = true;
    else this.#length += 1;
  }

  #clear(): void {
    this.#length = 0;
    this.#isUnclear = false;
    this.#after = undefined;
  }
}
