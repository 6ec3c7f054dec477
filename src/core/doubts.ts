import type { Report } from '../contracts/report.ts';
import type { Thread } from '../contracts/thread.ts';

interface Seen {
  readonly tool_calls: number;
  readonly files?: readonly string[];
}

/**
 * What the agent reported of this turn alone. A master reports what its threads did, and who has worked in turns before
 * without a report, what it did there: this turn's receipt says nothing of that.
 */
export function claimOf(
  before: Pick<Thread, 'role' | 'turns_ended' | 'report'>,
  now: Pick<Thread, 'report'> | undefined,
  turnId: string,
): Report | undefined {
  if (before.role === 'master' || (before.turns_ended > 0 && before.report === undefined)) return undefined;
  return now?.report?.turn_id === turnId ? now.report : undefined;
}

/** Where an agent's claim and what was seen of its turn disagree, for a person. */
export function doubtsOf(report: Report | undefined, { tool_calls, files }: Seen): readonly string[] {
  if (report?.kind !== 'result') return [];
  const doubts: string[] = [];
  const claimsWork = report.outcome === 'done' || report.outcome === 'partial' || report.files.length > 0;
  if (claimsWork && tool_calls === 0) doubts.push('It reports work, and no tool was called.');
  if (report.checks.length > 0 && tool_calls === 0) doubts.push('It reports checks, and no tool was called.');
  if (files !== undefined && report.files.length > 0) {
    const missing = report.files.filter(claimed => !files.some(file => isSameFile(file, claimed)));
    if (files.length === 0) doubts.push('It says that it changed files, and git sees no change.');
    else if (missing.length > 0) doubts.push(`Git sees no change in ${missing.slice(0, 5).join(', ')}.`);
  }
  return doubts;
}

/** A claim is to be relative to the workspace, and may be to the agent's folder, or absolute; what git sees is relative to the workspace. */
function isSameFile(seen: string, claimed: string): boolean {
  const path = claimed.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
  return seen === path || seen.endsWith(`/${path}`) || path.endsWith(`/${seen}`);
}
