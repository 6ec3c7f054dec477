/**
 * What a program asks its terminal: its kind, its cursor, its colours, its modes. Asked again of who comes late, the
 * answer would be taken for typing.
 */
const questions =
  /\u001b\[[>=?]?[\d;]*[cn]|\u001b\[\?u|\u001b\[>[\d;]*q|\u001b\[\?[\d;]*\$p|\u001b\][\d;]+;\?(?:\u0007|\u001b\\)|\u001bP\+q[^\u001b]*\u001b\\/g;

/** In UTF-16 units. A program that draws the whole screen anew needs far less. */
const longest = 512 * 1024;

/** The newest output of a program in a pty, for those who come to watch it, and what comes after it. */
export class ScreenTail {
  #text = '';
  readonly #watchers = new Set<(data: string) => void>();

  add(data: string): void {
    this.#text += data;
    // Cut seldom: a copy for each piece would cost more than the output itself.
    if (this.#text.length > 2 * longest) this.#text = tailOf(this.#text);
    for (const watcher of this.#watchers) watcher(data);
  }

  follow(watcher: (data: string) => void): { readonly replay: string; stop(): void } {
    this.#watchers.add(watcher);
    return {
      replay: tailOf(this.#text).replace(questions, ''),
      stop: () => void this.#watchers.delete(watcher),
    };
  }
}

/** From the beginning of a line or of a control sequence, so that no sequence loses its head. */
function tailOf(text: string): string {
  if (text.length <= longest) return text;
  const tail = text.slice(-longest);
  const start = tail.search(/[\n\u001b]/);
  return start < 0 ? tail : tail.slice(start);
}
