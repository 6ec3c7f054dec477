import type { ToolError } from '../contracts/errors.ts';

/** What a command prints with; replaced in tests. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

export const processOutput: Output = {
  out: text => void process.stdout.write(`${text}\n`),
  err: text => void process.stderr.write(`${text}\n`),
};

export function printJson(output: Output, value: unknown): void {
  output.out(JSON.stringify(value));
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
  for (const row of rows)
    row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join('  ');
  return rows.map(row => line(row).trimEnd()).join('\n');
}

/** Text of an agent for a person's terminal: its control characters could move the cursor or worse. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '');
}
