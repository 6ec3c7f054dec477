import type { Receipt, Totals } from '../contracts/report.ts';
import type { Thread } from '../contracts/thread.ts';
import { definedOnly } from './definedOnly.ts';

/** Files that the totals of a thread name: all clients hold them. */
const mostFiles = 200;

type Before = Pick<Thread, 'totals' | 'receipt' | 'turns_ended'>;

/** The totals with one more turn that ran; without a receipt nobody saw what it did. */
export function addReceipt(before: Before, receipt: Receipt | undefined): Totals {
  const { totals: sum } = before;
  // Of turns that an earlier version kept only the number is known.
  const turns = sum?.turns ?? (before.receipt === undefined ? 0 : before.turns_ended);
  const files = sum?.files ?? receipt?.files;
  const all = new Set([...(sum?.files ?? []), ...(receipt?.files ?? [])]);
  const isCut = sum?.files_cut === true || all.size > mostFiles || (receipt?.more_files ?? 0) > 0;
  const isSame =
    sum === undefined ? turns === 0 : (sum.files === undefined) === (receipt?.files === undefined);
  const isUnseen = sum?.unseen === true || receipt === undefined || !isSame;
  return {
    turns: turns + 1,
    tool_calls: (sum?.tool_calls ?? 0) + (receipt?.tool_calls ?? 0),
    duration_ms: (sum?.duration_ms ?? 0) + (receipt?.duration_ms ?? 0),
    ...definedOnly({
      files: files && [...all].slice(0, mostFiles),
      files_cut: isCut || undefined,
      unseen: isUnseen || undefined,
    }),
  };
}
