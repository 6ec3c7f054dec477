import type { ThreadId } from '../contracts/ids.ts';
import { InboxRounds } from './inboxRounds.ts';
import { MailDelivery, type MailDeliveryOptions } from './mailDelivery.ts';
import { MailPickup } from './mailPickup.ts';
import { createSerializer } from './serially.ts';

/** Brings messages to agents: into a running turn, with a reply to a tool call, or with a turn of their own. */
export interface Mailroom {
  /**
   * What the next reply to a tool call of this thread says besides, if anything. Journalled before it is given; nothing
   * when `signal` says that nobody reads the reply any more.
   */
  takeForReply(thread: ThreadId, signal: AbortSignal): Promise<string | undefined>;
  /**
   * The agent of a terminal is about to rest: all that was brought to it has been read. What it is to be given instead,
   * if anything; as above.
   */
  takeAtRest(thread: ThreadId, signal: AbortSignal): Promise<string | undefined>;
  /** What was taken last for the rest may not have arrived: nobody knows before the turn is over. */
  notBrought(thread: ThreadId): void;
  /** Its terminal may take messages now. */
  rested(thread: ThreadId): void;
  /** Looks at every inbox and at the queue once: at the host's start, and from time to time in case a step failed. */
  sweep(): void;
  /** Something is to be delivered within seconds. */
  isBusy(): boolean;
  /** Called each time nothing is any more. */
  onFree(listener: () => void): void;
  close(): Promise<void>;
}

/** So often every inbox is looked at: a step that failed, on a full disk for one, is tried again. */
const sweepMs = 15_000;

export function createMailroom(options: MailDeliveryOptions): Mailroom {
  const { store, runner, log } = options;
  // Of one thread one thing at a time: else a message could be taken and brought as well.
  const serially = createSerializer();
  const delivery = new MailDelivery(options);
  const pickup = new MailPickup(options, delivery);
  const rounds = new InboxRounds({ store, delivery, serially, log });
  const sweep = () => {
    rounds.lookAtAll();
    runner.pump();
  };
  const sweeping = setInterval(sweep, sweepMs);
  sweeping.unref();
  return {
    takeForReply: (id, signal) => serially(id, () => pickup.forReply(id, signal)),
    takeAtRest: (id, signal) => serially(id, () => pickup.atRest(id, signal)),
    notBrought: id => pickup.notBrought(id),
    rested: id => rounds.look(id),
    sweep,
    isBusy: () => rounds.isBusy,
    onFree: listener => rounds.onFree(listener),
    close: () => {
      clearInterval(sweeping);
      return rounds.close();
    },
  };
}
