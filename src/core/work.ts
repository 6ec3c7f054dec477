import type { Receipt, Totals } from '../contracts/report.ts';
import type { Usage } from '../contracts/usage.ts';

/** What was done, in numbers; absent is what nobody knows. */
export interface Work {
  readonly turns?: number | undefined;
  readonly tool_calls?: number | undefined;
  readonly duration_ms?: number | undefined;
  readonly usage?: Usage | undefined;
  readonly files?: number | undefined;
  /** Threads that worked in the same folder meanwhile: the files may be theirs. */
  readonly others?: number | undefined;
  /** There are more files than that. */
  readonly areMoreFiles?: boolean | undefined;
}

export function workOfTurn({ tool_calls, duration_ms, usage, files, more_files = 0, others }: Receipt) {
  return { tool_calls, duration_ms, usage, files: files && files.length + more_files, others } satisfies Work;
}

/** Undefined where it is no more than the last turn. */
export function workOfThread({
  usage,
  totals,
  receipt,
}: {
  readonly usage?: Usage | undefined;
  readonly totals?: Totals | undefined;
  readonly receipt?: Receipt | undefined;
}): Work | undefined {
  if (totals === undefined) return usage && { usage };
  if (totals.turns === 1 && receipt !== undefined) return undefined;
  const { files, files_cut, unseen: _, ...sums } = totals;
  return { ...sums, usage, files: files?.length, areMoreFiles: files_cut };
}
