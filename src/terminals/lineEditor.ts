import { graphemes } from './displayWidth.ts';
import type { Key, KeyName } from './keys.ts';

export type Edit =
  | { readonly kind: 'none' | 'interrupt' }
  | { readonly kind: 'submit'; readonly text: string };

type EditKey = Exclude<KeyName, 'newline' | 'enter' | 'interrupt' | 'escape'>;

const none: Edit = { kind: 'none' };

/**
 * The text being typed: graphemes, a cursor between them, and what was sent before. A text stays as it was pasted: it
 * goes to a model. Draws nothing.
 */
export class LineEditor {
  #parts: readonly string[] = [];
  #cursor = 0;
  readonly #history: string[] = [];
  /** Place in the history while looking through it; its length stands for the draft. */
  #place = 0;
  #draft = '';

  get text(): string {
    return this.#parts.join('');
  }

  get beforeCursor(): string {
    return this.#parts.slice(0, this.#cursor).join('');
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  setText(text: string): void {
    this.#parts = graphemes(text);
    this.#cursor = this.#parts.length;
  }

  /** Adds a prompt that Up can bring back. */
  remember(text: string): void {
    if (text !== '' && this.#history.at(-1) !== text) this.#history.push(text);
    if (this.#history.length > 200) this.#history.shift();
    this.#place = this.#history.length;
  }

  handle(key: Key): Edit {
    switch (key.kind) {
      case 'text':
      case 'paste':
        this.#insert(key.text);
        return none;
      case 'newline':
        this.#insert('\n');
        return none;
      case 'enter':
        return this.#submit();
      case 'escape':
        return none;
      case 'interrupt':
        if (this.isEmpty) return { kind: 'interrupt' };
        this.setText('');
        this.#place = this.#history.length;
        return none;
      default:
        this.#edits[key.kind]();
        return none;
    }
  }

  readonly #edits: Readonly<Record<EditKey, () => void>> = {
    backspace: () => this.#delete(this.#cursor - 1, this.#cursor),
    delete: () => this.#delete(this.#cursor, this.#cursor + 1),
    deleteWord: () => this.#delete(this.#wordLeft(), this.#cursor),
    deleteToStart: () => this.#delete(this.#lineStart(), this.#cursor),
    deleteToEnd: () => this.#delete(this.#cursor, this.#lineEnd()),
    left: () => this.#setCursor(this.#cursor - 1),
    right: () => this.#setCursor(this.#cursor + 1),
    wordLeft: () => this.#setCursor(this.#wordLeft()),
    wordRight: () => this.#setCursor(this.#wordRight()),
    home: () => this.#setCursor(this.#lineStart()),
    end: () => this.#setCursor(this.#lineEnd()),
    up: () => (this.#lineStart() > 0 ? this.#moveTo(this.#lineStart() - 1) : this.#browse(-1)),
    down: () => (this.#lineEnd() < this.#parts.length ? this.#moveTo(this.#lineEnd() + 1) : this.#browse(1)),
  };

  #submit(): Edit {
    const { text } = this;
    if (text.trim() === '') return none;
    this.remember(text);
    this.setText('');
    return { kind: 'submit', text };
  }

  #insert(text: string): void {
    const before = this.beforeCursor + text;
    const after = this.#parts.slice(this.#cursor).join('');
    this.#parts = graphemes(before + after);
    this.#cursor = graphemes(before).length;
  }

  #delete(from: number, to: number): void {
    const start = Math.max(0, from);
    this.#parts = [...this.#parts.slice(0, start), ...this.#parts.slice(to)];
    this.#cursor = start;
  }

  #browse(step: number): void {
    const place = this.#place + step;
    if (place < 0 || place > this.#history.length) return;
    if (this.#place === this.#history.length) this.#draft = this.text;
    this.#place = place;
    this.setText(this.#history[place] ?? this.#draft);
  }

  #setCursor(place: number): void {
    this.#cursor = Math.max(0, Math.min(place, this.#parts.length));
  }

  /** To the line that holds `place`, as far from its start as now. */
  #moveTo(place: number): void {
    const column = this.#cursor - this.#lineStart();
    this.#cursor = place;
    this.#cursor = Math.min(this.#lineStart() + column, this.#lineEnd());
  }

  #lineStart(): number {
    return this.#cursor === 0 ? 0 : this.#parts.lastIndexOf('\n', this.#cursor - 1) + 1;
  }

  #lineEnd(): number {
    const at = this.#parts.indexOf('\n', this.#cursor);
    return at < 0 ? this.#parts.length : at;
  }

  #wordLeft(): number {
    let at = this.#cursor;
    while (at > 0 && !isWord(this.#parts[at - 1])) at -= 1;
    while (at > 0 && isWord(this.#parts[at - 1])) at -= 1;
    return at;
  }

  #wordRight(): number {
    let at = this.#cursor;
    while (at < this.#parts.length && !isWord(this.#parts[at])) at += 1;
    while (at < this.#parts.length && isWord(this.#parts[at])) at += 1;
    return at;
  }
}

function isWord(part: string | undefined): boolean {
  return part !== undefined && /[\p{L}\p{N}_]/u.test(part);
}
