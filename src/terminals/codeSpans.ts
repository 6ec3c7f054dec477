import { paint } from './styles.ts';

/**
 * Colours what stands between backticks of one line, in pieces as they come. Takes no character away: a backtick that
 * turns out to be alone costs a colour up to the end of its line, and nothing else.
 */
export class CodeSpans {
  #isOpen = false;

  look(piece: string): string {
    return piece
      .split(/(`+|\n)/)
      .map(part => {
        if (part === '\n') this.#isOpen = false;
        const isTick = part.startsWith('`');
        const isCode = this.#isOpen || isTick;
        if (isTick) this.#isOpen = !this.#isOpen;
        return isCode ? paint('cyan', part) : part;
      })
      .join('');
  }
}
