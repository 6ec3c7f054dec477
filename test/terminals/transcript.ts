import type { AgentEvent, HistoryEvent } from '../../src/contracts/agentEvent.ts';
import type { StateChange } from '../../src/contracts/journalEvent.ts';

export type Said = AgentEvent | StateChange;

const start = Date.parse('2026-11-01T10:00:00.000Z');

/** Events as a history holds them: numbered, one second apart unless a number of milliseconds stands between. */
export function historyOf(said: readonly (Said | number)[]): HistoryEvent[] {
  let at = start;
  let seq = 0;
  return said.flatMap((event): HistoryEvent[] => {
    if (typeof event === 'number') {
      at += event - 1000;
      return [];
    }
    at += 1000;
    seq += 1;
    return [{ ...event, seq, at: new Date(at).toISOString() }];
  });
}

/** The text without styles, as a person reads it. */
export function plain(text: string): string {
  return text.replace(/\u001b\[[0-9;]*m/g, '').replaceAll('\r\n', '\n');
}

export function turnQueued(text: string, turn = 't1'): Said {
  return { type: 'turn.queued', turn_id: turn, origin: 'person', prompt: { text }, message_id: `m-${turn}` };
}

export function turnStarted(turn = 't1'): Said {
  return { type: 'turn.started', turn_id: turn };
}

export function turnEnded(
  turn = 't1',
  more: Partial<Extract<StateChange, { type: 'turn.ended' }>> = {},
): Said {
  return { type: 'turn.ended', turn_id: turn, outcome: 'completed', source: 'provider', ...more };
}

export function text(item: string, piece: string): Said {
  return { type: 'text', item, text: piece };
}
