import { randomUUID } from 'node:crypto';
import { toToolError } from '../contracts/errors.ts';
import type { Origin, ProviderId, ThreadId } from '../contracts/ids.ts';
import type { JournalEvent } from '../contracts/journalEvent.ts';
import type { Message, MessageState } from '../contracts/message.ts';
import type { EffectiveSettings } from '../contracts/settings.ts';
import type { Thread } from '../contracts/thread.ts';
import { planDelivery, replyMessages } from '../core/delivery.ts';
import { digestText } from '../core/digest.ts';
import { type MoveDetails, messagesMoved } from '../core/messagesMoved.ts';
import { makeTurnId } from '../core/naming.ts';
import { staleNews } from '../core/staleNews.ts';
import { isInSubtree } from '../core/subtree.ts';
import type { Driver } from '../providers/driver.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import type { Log } from './log.ts';
import { createSerializer } from './serially.ts';
import { createSteering } from './steering.ts';
import type { TurnRunner } from './turnRunner.ts';
import { settleUncertain } from './uncertainMessages.ts';

/** Brings messages to agents: into a running turn, with a reply to a tool call, or with a turn of their own. */
export interface Mailroom {
  /**
   * What the next reply to a tool call of this thread says besides, if anything. Journalled before it is given; nothing
   * when `signal` says that nobody reads the reply any more.
   */
  takeForReply(thread: ThreadId, signal: AbortSignal): Promise<string | undefined>;
  /** Looks at every inbox and at the queue once: at the host's start, and from time to time in case a step failed. */
  sweep(): void;
  /** Something is to be delivered within seconds. */
  isBusy(): boolean;
  /** Called each time nothing is any more. */
  onFree(listener: () => void): void;
  close(): Promise<void>;
}

export interface MailroomOptions {
  readonly store: ThreadStore;
  readonly active: ReadonlyMap<ThreadId, Thread>;
  readonly drivers: ReadonlyMap<ProviderId, Driver>;
  readonly runner: Pick<TurnRunner, 'running' | 'pump'>;
  readonly settings: EffectiveSettings;
  readonly log: Log;
}

/** So often every inbox is looked at: a step that failed, on a full disk for one, is tried again. */
const sweepMs = 15_000;

export function createMailroom(options: MailroomOptions): Mailroom {
  const { store, active, drivers, runner, settings, log } = options;
  const serially = createSerializer();
  const timers = new Map<ThreadId, NodeJS.Timeout>();
  const working = new Set<Promise<void>>();
  const freeListeners: (() => void)[] = [];
  let isClosed = false;

  const isBusy = () => timers.size > 0 || working.size > 0;

  const look = (id: ThreadId) => {
    if (isClosed || store.readOnly !== undefined || store.get(id)?.inbox.length === 0) return;
    const work = serially(id, () => deliver(id)).catch((error: unknown) =>
      log(`the inbox of ${id}: ${toToolError(error).message}`),
    );
    working.add(work);
    void work.finally(() => {
      working.delete(work);
      if (!isBusy()) for (const listener of freeListeners) listener();
    });
  };

  const deliver = async (id: ThreadId) => {
    const before = store.get(id);
    if (isClosed || before === undefined) return;
    await settleUncertain(before, { store, drivers, log });
    const thread = (await current(id)) ?? before;
    const plan = planDelivery(thread, {
      wake: settings.wake_master,
      canSteer: drivers.get(thread.provider)?.capabilities.steer === true && !steering.isDeaf(thread),
      isBusyBelow: [...active.keys()].some(one => one !== id && isInSubtree(store.threads(), id, one)),
      now: Date.now(),
    });
    clearTimeout(timers.get(id));
    timers.delete(id);
    switch (plan.kind) {
      case 'none':
        return;
      case 'later':
        timers.set(
          id,
          setTimeout(
            () => {
              timers.delete(id);
              look(id);
            },
            Math.max(0, plan.at - Date.now()),
          ),
        );
        return;
      case 'turn':
        await queueTurn(thread, plan.messages);
        runner.pump();
        return;
      case 'steer':
        await steering.steer(thread, plan.messages);
    }
  };

  const queueTurn = async ({ id }: Thread, messages: readonly Message[]) => {
    await store.commit([
      {
        thread: id,
        change: {
          type: 'turn.queued',
          turn_id: makeTurnId(),
          origin: originOf(messages),
          prompt: await store.putText(await textOf(messages)),
          message_id: randomUUID(),
          brings: messages.map(message => message.id),
        },
      },
    ]);
  };

  const move = async (
    id: ThreadId,
    messages: readonly Message[],
    to: MessageState,
    more: MoveDetails = {},
  ) => {
    await store.commit([{ thread: id, change: messagesMoved(messages, to, more) }]);
  };

  /** The thread, without news that are none any more. */
  const current = async (id: ThreadId): Promise<Thread | undefined> => {
    const thread = store.get(id);
    const stale = thread === undefined ? [] : staleNews(thread, one => store.get(one));
    if (stale.length === 0) return thread;
    await move(id, stale, 'acknowledged', { reason: 'Nobody waited for an answer any more.' });
    return store.get(id);
  };

  /** A single word of the person's is the prompt itself. */
  const textOf = async (messages: readonly Message[]): Promise<string> => {
    const [only, second] = messages;
    if (only?.kind === 'message' && only.origin === 'person' && second === undefined) {
      return await store.getText(only.text);
    }
    return await markedText(messages);
  };

  const markedText = async (messages: readonly Message[]): Promise<string> =>
    digestText(
      await Promise.all(
        messages.map(async message => ({
          message,
          text: await store.getText(message.text),
          taskName: message.from === undefined ? undefined : store.get(message.from)?.task_name,
        })),
      ),
    );

  const steering = createSteering({ store, runner, textOf, log });

  const takeForReply = (id: ThreadId, signal: AbortSignal) =>
    serially(id, async () => {
      const thread = await current(id);
      const messages = thread === undefined ? [] : replyMessages(thread);
      if (thread?.turn === undefined || thread.cancel_requested || messages.length === 0) return undefined;
      const turn_id = thread.turn.id;
      const text = await markedText(messages);
      if (signal.aborted) return undefined;
      await move(id, messages, 'sending', { turn_id, with_reply: true });
      if (!signal.aborted) return text;
      await move(id, messages, 'queued');
      return undefined;
    });

  const stop = store.onCommit(events => {
    for (const id of touchedBy(events, store)) look(id);
  });
  const sweep = () => {
    for (const { id, inbox } of store.threads().values()) if (inbox.length > 0) look(id);
    runner.pump();
  };
  const sweeping = setInterval(sweep, sweepMs);
  sweeping.unref();

  return {
    takeForReply,
    sweep,
    isBusy,
    onFree: listener => void freeListeners.push(listener),
    close: async () => {
      isClosed = true;
      stop();
      clearInterval(sweeping);
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(working);
    },
  };
}

/** The threads that changed, and those above them: what they wait for may have come to rest. */
function touchedBy(events: readonly JournalEvent[], store: ThreadStore): ReadonlySet<ThreadId> {
  const touched = new Set<ThreadId>();
  for (const { thread } of events) {
    for (
      let at: ThreadId | undefined = thread;
      at !== undefined && !touched.has(at);
      at = store.get(at)?.parent_id
    ) {
      touched.add(at);
    }
  }
  return touched;
}

/** Who a turn comes from: the person if any of it does. */
function originOf(messages: readonly Message[]): Origin {
  const origins = messages.map(({ origin }) => origin);
  return origins.includes('person') ? 'person' : origins.includes('agent') ? 'agent' : 'host';
}
