import { controlSigns } from './controlSigns.ts';
import { displayWidth, graphemes } from './displayWidth.ts';
import { paint } from './styles.ts';

export interface InputContent {
  readonly text: string;
  readonly beforeCursor: string;
  /** Shown dim while there is no text. */
  readonly placeholder: string;
  /** What is typed answers somebody: the line looks different from one that begins something. */
  readonly isAnswer?: boolean;
  /** A free row above parts the line from what it answers. */
  readonly isApart?: boolean;
}

const mark = '❯ ';
const indent = '  ';
const mostRows = 8;

/**
 * The typed text at the end of the transcript: drawn, and taken away again before anything else is written.
 * Breaks rows itself, so that it always knows where its first row is.
 */
export class InputBlock {
  #rows: readonly string[] = [];
  #cursorRow = 0;

  get isShown(): boolean {
    return this.#rows.length > 0;
  }

  /** Begins at the first column of a free row. */
  draw(content: InputContent, columns: number): string {
    const width = Math.max(columns, 10);
    const all = layOut(content.text, width);
    const cursor = layOut(content.beforeCursor, width);
    const cursorRow = cursor.length - 1;
    const first = Math.max(0, Math.min(cursorRow - mostRows + 2, all.length - mostRows));
    const shown = all.slice(first, first + mostRows);
    const hint = content.text === '' ? paint('dim', cut(content.placeholder, width - indent.length - 1)) : '';
    const gap = content.isApart === true ? [''] : [];
    this.#rows = [...gap, ...shown.map((row, index) => (first + index === 0 ? mark : indent) + row)];
    this.#cursorRow = gap.length + cursorRow - first;
    const lines = shown.map(
      (row, index) =>
        (first + index === 0 ? paint(content.isAnswer === true ? 'attention' : 'prompt', mark) : indent) +
        row,
    );
    const up = this.#rows.length - 1 - this.#cursorRow;
    const right = indent.length + displayWidth(cursor.at(-1) ?? '');
    return `${[...gap, ...lines].join('\r\n')}${hint}${up > 0 ? `\u001b[${up}A` : ''}\r\u001b[${right}C`;
  }

  /** Leaves the cursor where the block began. `columns` may be others than at drawing: the terminal re-wrapped. */
  erase(columns: number): string {
    if (!this.isShown) return '';
    const above = this.#rows
      .slice(0, this.#cursorRow)
      .reduce((rows, row) => rows + Math.max(1, Math.ceil(displayWidth(row) / Math.max(columns, 1))), 0);
    this.#rows = [];
    return `\r${above > 0 ? `\u001b[${above}A` : ''}\u001b[J`;
  }

  /** After the screen was cleared by others. */
  forget(): void {
    this.#rows = [];
  }
}

/** Rows of at most `width` columns, safe to write, each with room for the mark before and for the cursor behind. */
function layOut(text: string, width: number): string[] {
  const room = width - indent.length - 1;
  return text.split('\n').flatMap(line => {
    const rows: string[] = [];
    let row = '';
    let used = 0;
    for (const part of graphemes(controlSigns(line.replaceAll('\t', indent)))) {
      const size = displayWidth(part);
      if (used + size > room) {
        rows.push(row);
        row = '';
        used = 0;
      }
      row += part;
      used += size;
    }
    return [...rows, row];
  });
}

function cut(text: string, width: number): string {
  return displayWidth(text) <= width
    ? text
    : `${graphemes(text)
        .slice(0, Math.max(0, width - 1))
        .join('')}…`;
}
