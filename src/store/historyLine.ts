import { type AgentEvent, type HistoryEvent, historyEventSchema } from '../contracts/agentEvent.ts';
import type { JournalEvent } from '../contracts/journalEvent.ts';

/** Numbers above this are no thread's: somebody else wrote them. */
const highestSeq = 2 ** 50;

export function parseHistoryLine(text: string): HistoryEvent | undefined {
  try {
    const event = historyEventSchema.safeParse(JSON.parse(text));
    return event.success && event.data.seq <= highestSeq ? event.data : undefined;
  } catch {
    return undefined;
  }
}

/** The number alone, without parsing the rest: `seq` comes first in our lines. */
export function seqOfLine(text: string): number | undefined {
  const match = /^\{"seq":(\d{1,15}),/.exec(text);
  return match === null ? parseHistoryLine(text)?.seq : Number(match[1]);
}

export function formatHistoryLine(event: HistoryEvent): string {
  return `${JSON.stringify(event)}\n`;
}

/** What the history keeps of a change of state: the same number, the same facts. */
export function copyOf(event: JournalEvent): HistoryEvent {
  const { v: _v, epoch: _epoch, thread: _thread, seq, at, ...rest } = event;
  return { seq, at, ...rest };
}

export function recordOf(
  seq: number,
  at: string,
  turnId: string | undefined,
  event: AgentEvent,
): HistoryEvent {
  return { seq, at, ...(turnId === undefined ? {} : { turn_id: turnId }), ...event };
}
