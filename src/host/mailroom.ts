import { randomUUID } from 'node:crypto';
import { DockError, toToolError } from '../contracts/errors.ts';
import type { Origin, ProviderId, ThreadId } from '../contracts/ids.ts';
import type { JournalEvent } from '../contracts/journalEvent.ts';
import type { Message, MessageState } from '../contracts/message.ts';
import type { EffectiveSettings } from '../contracts/settings.ts';
import type { Thread } from '../contracts/thread.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { planDelivery, replyMessages } from '../core/delivery.ts';
import { digestText } from '../core/digest.ts';
import { makeTurnId } from '../core/naming.ts';
import { isInSubtree } from '../core/subtree.ts';
import type { Driver } from '../providers/driver.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import type { Log } from './log.ts';
import { createSerializer } from './serially.ts';
import type { TurnRunner } from './turnRunner.ts';
import { settleUncertain } from './uncertainMessages.ts';

/** Brings messages to agents: into a running turn, with a reply to a tool call, or with a turn of their own. */
export interface Mailroom {
  /**
   * What the next reply to a tool call of this thread says besides, if anything. Journalled before it is given; nothing
   * when `signal` says that nobody reads the reply any more.
   */
  takeForReply(thread: ThreadId, signal: AbortSignal): Promise<string | undefined>;
  /** The agent went on after its last reply: what that had brought has arrived. */
  repliesArrived(thread: ThreadId): Promise<void>;
  /** Looks at every inbox once: at the host's start, and from time to time in case a step failed. */
  sweep(): void;
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
  /** Turns that take no messages any more. */
  const deafTurns = new Map<ThreadId, string>();
  let isClosed = false;

  const look = (id: ThreadId) => {
    if (isClosed || store.readOnly !== undefined) return;
    const work = serially(id, () => deliver(id)).catch((error: unknown) =>
      log(`the inbox of ${id}: ${toToolError(error).message}`),
    );
    working.add(work);
    void work.finally(() => working.delete(work));
  };

  const deliver = async (id: ThreadId) => {
    const before = store.get(id);
    if (isClosed || before === undefined || before.inbox.length === 0) return;
    await settleUncertain(before, { store, drivers, log });
    const thread = store.get(id) ?? before;
    const plan = planDelivery(thread, {
      wake: settings.wake_master,
      canSteer: drivers.get(thread.provider)?.capabilities.steer === true && !isDeaf(thread),
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
          setTimeout(() => look(id), Math.max(0, plan.at - Date.now())),
        );
        return;
      case 'turn':
        await queueTurn(thread, plan.messages);
        runner.pump();
        return;
      case 'steer':
        for (const message of plan.messages) await steer(thread, message);
    }
  };

  const isDeaf = ({ id, turn }: Thread) => turn !== undefined && deafTurns.get(id) === turn.id;

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

  const steer = async (thread: Thread, message: Message) => {
    const running = runner.running(thread.id);
    const turnId = thread.turn?.id;
    if (running === undefined || turnId === undefined || isDeaf(thread)) return;
    const move = (to: MessageState, reason?: string) => moved(thread.id, [message], to, turnId, reason);
    const text = await textOf([message]);
    await move('sending');
    try {
      await running.steer(text, randomUUID());
      await move('delivered');
    } catch (error) {
      // It surely has not arrived: it waits for the turn's end. Anything else the transcript decides, after the turn.
      if (error instanceof DockError && error.code === 'conflict') {
        deafTurns.set(thread.id, turnId);
        await move('queued');
      } else log(`a message to ${thread.id} may not have arrived: ${toToolError(error).message}`);
    }
  };

  const moved = async (
    thread: ThreadId,
    messages: readonly Message[],
    to: MessageState,
    turnId: string,
    reason?: string,
  ) => {
    const message_ids = messages.map(({ id }) => id);
    const change = { type: 'messages.moved' as const, message_ids, to, turn_id: turnId };
    await store.commit([{ thread, change: { ...change, ...definedOnly({ reason }) } }]);
  };

  /** A single word of the person's is the prompt itself. */
  const textOf = async (messages: readonly Message[]): Promise<string> => {
    const [only, second] = messages;
    if (only?.kind === 'message' && only.origin === 'person' && second === undefined) {
      return await store.getText(only.text);
    }
    return digestText(
      await Promise.all(
        messages.map(async message => ({
          message,
          text: await store.getText(message.text),
          taskName: message.from === undefined ? undefined : store.get(message.from)?.task_name,
        })),
      ),
    );
  };

  /** Messages a reply brought that the agent has not gone on after. */
  const byReply = new Map<ThreadId, readonly Message[]>();

  const takeForReply = (id: ThreadId, signal: AbortSignal) =>
    serially(id, async () => {
      const thread = store.get(id);
      const messages = thread === undefined ? [] : replyMessages(thread);
      if (thread?.turn === undefined || thread.cancel_requested || messages.length === 0) return undefined;
      const text = await textOf(messages);
      if (signal.aborted) return undefined;
      await moved(id, messages, 'sending', thread.turn.id);
      if (signal.aborted) {
        await moved(id, messages, 'queued', thread.turn.id);
        return undefined;
      }
      byReply.set(id, [...(byReply.get(id) ?? []), ...messages]);
      return text;
    });

  const repliesArrived = (id: ThreadId) =>
    serially(id, async () => {
      const messages = byReply.get(id) ?? [];
      byReply.delete(id);
      const turnId = store.get(id)?.turn?.id;
      if (messages.length > 0 && turnId !== undefined) await moved(id, messages, 'acknowledged', turnId);
    });

  const stop = store.onCommit(events => {
    for (const id of touchedBy(events, store)) look(id);
  });
  const sweep = () => {
    for (const { id, inbox } of store.threads().values()) if (inbox.length > 0) look(id);
  };
  const sweeping = setInterval(sweep, sweepMs);
  sweeping.unref();

  return {
    takeForReply,
    repliesArrived,
    sweep,
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
