import { toToolError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { TurnSink } from '../providers/driver.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import { followRest } from './followRest.ts';
import type { Log } from './log.ts';
import type { Mailroom } from './mailroom.ts';

export interface TerminalSinkOptions {
  readonly store: ThreadStore;
  readonly mail: () => Pick<Mailroom, 'takeAtRest' | 'notBrought' | 'rested'>;
  readonly thread: ThreadId;
  readonly turnId: string;
  readonly isIdle: () => boolean;
  /** The agent has come to rest: it does no work that would need a slot. */
  readonly onRest: () => void;
  readonly log: Log;
}

/** The sink of a turn in a terminal: the agent comes to rest and works again within it, and takes messages in between. */
export function createTerminalSink(sink: TurnSink, options: TerminalSinkOptions): TurnSink {
  const { store, mail, thread, turnId, isIdle, onRest, log } = options;
  const look = followRest({
    turnId,
    isIdle,
    commit: change => store.commit([{ thread, change }]),
    failed: error => log(`the rest of ${thread}: ${toToolError(error).message}`),
  });
  return {
    ...sink,
    // What the agent says may be the first that is seen of its work.
    event: event => {
      sink.event(event);
      look();
    },
    rested: () => {
      look();
      onRest();
      mail().rested(thread);
    },
    worked: look,
    takeMessages: signal => mail().takeAtRest(thread, signal),
    notBrought: () => mail().notBrought(thread),
  };
}
