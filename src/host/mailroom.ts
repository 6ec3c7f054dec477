import { randomUUID } from 'node:crypto';
import { toToolError } from '../contracts/errors.ts';
import type { Origin, ProviderId, ThreadId } from '../contracts/ids.ts';
import type { JournalEvent } from '../contracts/journalEvent.ts';
import type { Message, MessageState } from '../contracts/message.ts';
import type { EffectiveSettings } from '../contracts/settings.ts';
import type { Thread } from '../contracts/thread.ts';
import { comebackText, planComeback } from '../core/comeback.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { type Delivery, planDelivery, replyMessages, restMessages } from '../core/delivery.ts';
import { digestText } from '../core/digest.ts';
import { type MoveDetails, messagesMoved } from '../core/messagesMoved.ts';
import { makeTurnId } from '../core/naming.ts';
import { staleNews } from '../core/staleNews.ts';
import { isInSubtree } from '../core/subtree.ts';
import type { Driver } from '../providers/driver.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import { giveUpLost, giveUpUnreadable } from './giveUp.ts';
import type { Log } from './log.ts';
import { readEntry } from './readEntry.ts';
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

export interface MailroomOptions {
  readonly store: ThreadStore;
  readonly active: ReadonlyMap<ThreadId, Thread>;
  readonly drivers: ReadonlyMap<ProviderId, Driver>;
  readonly runner: Pick<TurnRunner, 'running' | 'pump'>;
  readonly settings: EffectiveSettings;
  readonly log: Log;
  /** Other waits before a master that was cut goes on. */
  readonly comebackMs?: readonly number[] | undefined;
}

type TurnPlan = Extract<Delivery, { kind: 'turn' | 'comeback' }>;

/** So often every inbox is looked at: a step that failed, on a full disk for one, is tried again. */
const sweepMs = 15_000;

export function createMailroom(options: MailroomOptions): Mailroom {
  const { store, active, drivers, runner, settings, log } = options;
  const serially = createSerializer();
  const timers = new Map<ThreadId, NodeJS.Timeout>();
  const working = new Set<Promise<void>>();
  const freeListeners: (() => void)[] = [];
  let isClosed = false;

  const comeback = { wake: settings.wake_master, ...definedOnly({ delaysMs: options.comebackMs }) };

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
    await giveUpLost(store.get(id) ?? before, store);
    const thread = (await current(id)) ?? before;
    const now = Date.now();
    const planned = planDelivery(thread, {
      ...wakeOptions(id),
      canSteer: drivers.get(thread.provider)?.capabilities.steer === true && !steering.isDeaf(thread),
      terminalRests: runner.running(id)?.terminal?.takesMessages() === true,
      now,
    });
    const plan = planned.kind === 'none' ? planComeback(thread, { ...comeback, now }) : planned;
    clearTimeout(timers.get(id));
    timers.delete(id);
    if ('messages' in plan) {
      const isChanged = await giveUpUnreadable(thread, plan.messages, store);
      // Each change brings us here again.
      if (isChanged || store.get(id) !== thread) return;
    }
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
      case 'comeback':
        await queueTurn(thread, plan);
        runner.pump();
        return;
      case 'steer':
        await steering.steer(thread, plan.messages);
    }
  };

  const wakeOptions = (id: ThreadId) => ({
    wake: settings.wake_master,
    isBusyBelow: [...active.keys()].some(one => one !== id && isInSubtree(store.threads(), id, one)),
  });

  const queueTurn = async (thread: Thread, { kind, messages }: TurnPlan) => {
    const isComeback = kind === 'comeback';
    await store.commit([
      {
        thread: thread.id,
        change: {
          type: 'turn.queued',
          turn_id: makeTurnId(),
          origin: isComeback ? 'host' : originOf(messages),
          prompt: await store.putText(
            await (isComeback ? textOfComeback(messages) : textOf(thread, messages)),
          ),
          message_id: randomUUID(),
          brings: messages.map(message => message.id),
          ...(isComeback ? { comeback: true } : {}),
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

  /** A single word of the person's is the prompt itself, unless typing it into a terminal would make another of it. */
  const textOf = async ({ provider, turn }: Thread, messages: readonly Message[]): Promise<string> => {
    const [only, second] = messages;
    if (only?.kind === 'message' && only.origin === 'person' && second === undefined) {
      const text = await store.getText(only.text);
      const isTyped = turn?.native === true;
      if (!isTyped || drivers.get(provider)?.unfitForTerminal?.(text) === undefined) return text;
    }
    return await markedText(messages);
  };

  const markedText = async (messages: readonly Message[]): Promise<string> =>
    digestText(await Promise.all(messages.map(message => readEntry(message, store))));

  const textOfComeback = async (messages: readonly Message[]): Promise<string> =>
    messages.length === 0 ? comebackText : `${comebackText}\n\n${await markedText(messages)}`;

  const steering = createSteering({ store, runner, textOf, log });

  /** What is to be brought, without what cannot be read any more. */
  const readable = async (
    id: ThreadId,
    choose: (thread: Thread) => readonly Message[],
  ): Promise<readonly Message[]> => {
    for (;;) {
      const thread = store.get(id);
      const messages = thread === undefined ? [] : choose(thread);
      if (thread === undefined || !(await giveUpUnreadable(thread, messages, store))) return messages;
    }
  };

  /** Journalled before it is given: who reads the text may be gone right after. */
  const take = async (
    id: ThreadId,
    choose: (thread: Thread) => readonly Message[],
    signal: AbortSignal,
  ): Promise<{ readonly text: string; readonly messages: readonly Message[] } | undefined> => {
    const thread = await current(id);
    const messages = thread === undefined ? [] : await readable(id, choose);
    if (thread?.turn === undefined || thread.cancel_requested || messages.length === 0) return undefined;
    const text = await markedText(messages);
    if (signal.aborted) return undefined;
    await move(id, messages, 'sending', { turn_id: thread.turn.id, with_reply: true });
    if (!signal.aborted) return { text, messages };
    await move(id, messages, 'queued');
    return undefined;
  };

  const takeForReply = (id: ThreadId, signal: AbortSignal) =>
    serially(id, async () => (await take(id, replyMessages, signal))?.text);

  /** What agents in terminals were given the last time they were about to rest. */
  const givenAtRest = new Map<ThreadId, readonly Message[]>();
  const takeAtRest = (id: ThreadId, signal: AbortSignal) =>
    serially(id, async () => {
      await readAtRest(id);
      const taken = await take(id, thread => restMessages(thread, wakeOptions(id)), signal);
      if (taken !== undefined) givenAtRest.set(id, taken.messages);
      return taken?.text;
    });
  const readAtRest = async (id: ThreadId) => {
    const given = givenAtRest.get(id) ?? [];
    givenAtRest.delete(id);
    const { turn, inbox = [] } = store.get(id) ?? {};
    const read = inbox.filter(
      ({ id: one, state, turn_id }) =>
        turn_id === turn?.id &&
        (state === 'delivered' || (state === 'sending' && given.some(message => message.id === one))),
    );
    if (turn !== undefined && read.length > 0) await move(id, read, 'acknowledged', { turn_id: turn.id });
  };

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
    takeAtRest,
    notBrought: id => void givenAtRest.delete(id),
    rested: look,
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
