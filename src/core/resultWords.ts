import type { ToldResult } from '../contracts/report.ts';
import { cutText } from './cutText.ts';
import { oneLine } from './oneLine.ts';

/** A result with its summary read. */
export interface ReadResult extends Omit<ToldResult, 'summary'> {
  readonly summary: string;
}

/** Characters, so that files and checks have room in the same digest. */
const longestSummary = 2_000;
const mostChecks = 20;

/** Whether the words leave some of the summary out. */
export function isSummaryCut({ summary }: ReadResult): boolean {
  return summary.length > longestSummary;
}

/** What a thread says of its work, for its master; before it what AgentDock doubts of that. */
export function resultWords(result: ReadResult): string {
  const { outcome, doubts, summary, checks, files, more_files: moreFiles } = result;
  const moreChecks = Math.max(0, checks.length - mostChecks);
  const ran = checks
    .slice(0, mostChecks)
    .map(({ name, passed }) => `${oneLine(name)} (${passed ? 'passed' : 'failed'})`);
  return [
    ...(outcome === undefined ? [] : [`Outcome: ${outcome}`]),
    ...doubts.map(doubt => `AgentDock doubts it: ${oneLine(doubt)}`),
    `Summary: ${cutText(summary, longestSummary)}`,
    ...listed('Checks', ran, moreChecks),
    ...listed('Files', files, moreFiles),
  ].join('\n');
}

function listed(title: string, items: readonly string[], more: number): readonly string[] {
  const rest = more > 0 ? [`${more} more`] : [];
  return items.length === 0 ? [] : [`${title}: ${[...items, ...rest].join(', ')}`];
}
