// Columns as VS Code's terminal counts them (`terminal.integrated.unicodeVersion` 11): each code point by itself.
const none = /^(?:\p{Mn}|\p{Me}|\p{Cf}|[\u1160-\u11ff])$/u;
const wide =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{17000}-\u{18aff}]|[\u{1b000}-\u{1b2ff}]|[\u{1f200}-\u{1f2ff}]|[\u{20000}-\u{3fffd}])$/u;

export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x300) width += 1;
    else if (none.test(character)) width += 0;
    else width += wide.test(character) ? 2 : 1;
  }
  return width;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What a person takes for one character: the unit of cursor moves and deletes. */
export function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), part => part.segment);
}
