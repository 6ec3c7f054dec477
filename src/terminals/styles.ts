/** The few looks a transcript has, as SGR parameters of the terminal's own theme. */
const codes = {
  bold: '1',
  dim: '2',
  thought: '2;3',
  red: '31',
  green: '32',
  yellow: '33',
  cyan: '36',
  prompt: '1;36',
  attention: '1;33',
} as const;

export type Style = keyof typeof codes;

/** Styles each line by itself: a transcript can then be cut at any line without losing or leaking a style. */
export function paint(style: Style, text: string): string {
  return text
    .split('\n')
    .map(line => (line === '' ? '' : `\u001b[${codes[style]}m${line}\u001b[0m`))
    .join('\n');
}
