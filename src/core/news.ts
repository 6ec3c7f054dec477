import type { StateChange } from '../contracts/journalEvent.ts';
import type { Seen, ToldResult } from '../contracts/report.ts';
import type { Thread } from '../contracts/thread.ts';
import { definedOnly } from './definedOnly.ts';
import { makeMessageId } from './naming.ts';
import { workOfTurn } from './work.ts';

type MessageQueued = Extract<StateChange, { type: 'message.queued' }>;
type TurnEnded = Extract<StateChange, { type: 'turn.ended' }>;

/** Files of a report that its news name. */
const mostFiles = 20;

/**
 * What the master above a thread is to hear of a change; undefined when nothing. Goes into the same line of the journal as
 * the change: a result that is on disk is on its way. A worker that started threads has their results to read, and is not
 * called back to work for them: the master above it hears of these too.
 */
export function newsOf(child: Thread, change: StateChange): MessageQueued | undefined {
  const message = describe(child, change);
  if (message === undefined) return undefined;
  return {
    type: 'message.queued',
    message: { id: makeMessageId(), origin: 'host', from: child.id, when: 'turn_end', ...message },
  };
}

type Description = Pick<
  MessageQueued['message'],
  'kind' | 'text' | 'outcome' | 'request_id' | 'result' | 'seen'
>;

function describe(child: Thread, change: StateChange): Description | undefined {
  switch (change.type) {
    case 'turn.ended': {
      // Its master is told with the cancel, if it was not its own.
      if (change.outcome === 'cancelled' || child.cancel_requested) return undefined;
      const text = change.result ?? { text: change.error?.message ?? change.reason ?? '' };
      const told = definedOnly({ result: toldResult(child, change), seen: seenOf(change) });
      return { kind: 'child_ended', outcome: change.outcome, text, ...told };
    }
    case 'request.opened': {
      const { id, kind, detail } = change.request;
      return { kind: 'child_waits', outcome: kind, text: detail, request_id: id };
    }
    case 'cancel.requested': {
      const by = change.by === 'person' ? 'The person' : 'Another agent';
      return { kind: 'child_ended', outcome: 'cancelled', text: { text: `${by} cancelled it.` } };
    }
    default:
      return undefined;
  }
}

function seenOf({ receipt, usage }: TurnEnded): Seen | undefined {
  if (receipt === undefined) return undefined;
  const { tool_calls, duration_ms, files, others } = workOfTurn(receipt);
  return { tool_calls, duration_ms, ...definedOnly({ usage, files, others }) };
}

/** What it reported in the turn that ended, if it did. */
function toldResult({ report }: Thread, { turn_id, receipt }: TurnEnded): ToldResult | undefined {
  if (report?.turn_id !== turn_id) return undefined;
  const { summary, outcome, files, checks } = report;
  return {
    summary,
    ...definedOnly({ outcome }),
    files: files.slice(0, mostFiles),
    more_files: Math.max(0, files.length - mostFiles),
    checks,
    doubts: receipt?.doubts ?? [],
  };
}
