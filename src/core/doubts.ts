import type { Report, Totals } from '../contracts/report.ts';
import type { Thread } from '../contracts/thread.ts';

interface Seen {
  readonly tool_calls: number;
  readonly files?: readonly string[] | undefined;
}

/** What an agent reported in a turn. */
export interface Claim {
  readonly report: Report;
  /** What was seen of the turns before, where it may speak of these as well. */
  readonly earlier?: Totals | undefined;
}

/**
 * What is to be held against the receipts. A master, and who has worked in turns before without a report, may speak of
 * all turns: so all of them must have been seen, and nobody have worked for it, who may have done what it reports.
 */
export function claimOf(
  before: Pick<Thread, 'role' | 'turns_ended' | 'report' | 'totals'>,
  now: Pick<Thread, 'report'> | undefined,
  turnId: string,
  hasStartedThreads: boolean,
): Claim | undefined {
  const { role, turns_ended, totals } = before;
  const report = now?.report;
  if (report?.turn_id !== turnId) return undefined;
  if (role === 'worker' && (turns_ended === 0 || before.report !== undefined)) return { report };
  if (hasStartedThreads) return undefined;
  if (turns_ended > 0 && (totals === undefined || totals.unseen === true)) return undefined;
  return { report, earlier: totals };
}

/** What was seen of all that a claim may speak of. */
export function seenFor(claim: Claim | undefined, { tool_calls, files }: Seen): Seen {
  const earlier = claim?.earlier;
  if (earlier === undefined) return { tool_calls, files };
  const isKnown = files !== undefined && earlier.files !== undefined && earlier.files_cut !== true;
  return {
    tool_calls: earlier.tool_calls + tool_calls,
    files: isKnown ? [...(earlier.files ?? []), ...files] : undefined,
  };
}

/** Where an agent's claim and what was seen of its turns disagree, for a person. */
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
