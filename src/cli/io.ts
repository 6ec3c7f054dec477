import type { ToolError } from '../contracts/errors.ts';

/** What a command prints with; replaced in tests. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

export const processOutput: Output = {
  out: text => void process.stdout.write(`${printable(text)}\n`),
  err: text => void process.stderr.write(`${printable(text)}\n`),
};

/** One line. The control characters that JSON leaves as they are would be lost on the way to a terminal. */
export function printJson(output: Output, value: unknown): void {
  const escaped = (character: string) => `\\u00${character.charCodeAt(0).toString(16)}`;
  output.out(JSON.stringify(value).replace(/[\u007f-\u009f]/g, escaped));
}

export function printError(output: Output, error: ToolError, asJson: boolean): void {
  if (asJson) {
    const { code, message, retryable, hint } = error;
    printJson(output, {
      ok: false,
      error: { code, message, retryable, ...(hint === undefined ? {} : { hint }) },
    });
    return;
  }
  output.err(`agentdock: ${error.message} (${error.code})`);
  if (error.hint !== undefined) output.err(error.hint);
}

/** Columns padded to their widest cell, two spaces apart; the last one is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  const line = (row: readonly string[]) =>
    row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join('  ');
  return rows.map(row => line(row).trimEnd()).join('\n');
}

/** Text of an agent or a provider for a person's terminal: its control characters could move the cursor or worse. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '');
}
