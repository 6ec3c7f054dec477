import { randomUUID } from 'node:crypto';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { DockError, toToolError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { Message, MessageState } from '../contracts/message.ts';
import type { Thread, Turn } from '../contracts/thread.ts';
import type { RunningTurn } from '../providers/driver.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import type { Log } from './log.ts';
import { moveMessages } from './moveMessages.ts';
import type { TurnRunner } from './turnRunner.ts';

export interface Steering {
  /** The running turn takes no messages any more. */
  isDeaf(thread: Thread): boolean;
  /**
   * Brings the messages to the running turn as one text: one by one, each could be a request to the model. What is brought
   * later comes after it. Resolves when they count as sent, not when they were taken: a provider may take a text only after
   * a tool call, and that may be a call of ours, whose reply must not wait.
   */
  steer(thread: Thread, messages: readonly Message[]): Promise<void>;
  /** Resolves once the journal holds what became of the texts of which the provider has told. */
  written(thread: ThreadId): Promise<void>;
}

export interface SteeringOptions {
  readonly store: ThreadStore;
  readonly runner: Pick<TurnRunner, 'running'>;
  readonly textOf: (thread: Thread, messages: readonly Message[]) => Promise<string>;
  readonly log: Log;
}

export function createSteering({ store, runner, textOf, log }: SteeringOptions): Steering {
  const deafTurns = new Map<ThreadId, string>();
  const last = new Map<ThreadId, Promise<void>>();
  const writing = new Map<ThreadId, Promise<void>>();

  const isDeaf = ({ id, turn }: Thread) => turn !== undefined && deafTurns.get(id) === turn.id;

  /** What the end of the turn has decided meanwhile stays. */
  const settle = async (thread: ThreadId, sent: readonly Message[], turnId: string, to: MessageState) => {
    const inbox = store.get(thread)?.inbox ?? [];
    const messages = inbox.filter(
      ({ id, state, turn_id }) =>
        state === 'sending' && turn_id === turnId && sent.some(message => message.id === id),
    );
    if (messages.length === 0) return;
    const moving = moveMessages(store, thread, messages, to, { turn_id: turnId });
    writing.set(thread, moving);
    await moving.finally(() => writing.delete(thread));
  };

  const send = async (to: Thread, messages: readonly Message[], turn: Turn, running: RunningTurn) => {
    const thread = to.id;
    // It must not come before the text that did not get there.
    if (isDeaf(to)) return await settle(thread, messages, turn.id, 'queued');
    try {
      await running.steer(await textOf(to, messages), randomUUID());
      await settle(thread, messages, turn.id, 'delivered');
    } catch (error) {
      // A terminal only has something else to do.
      if (turn.native !== true) deafTurns.set(thread, turn.id);
      // It surely has not arrived: it waits for the turn's end. Anything else the transcript decides, after the turn.
      if (error instanceof DockError && error.code === 'conflict') {
        await settle(thread, messages, turn.id, 'queued');
      } else log(`a message to ${thread} may not have arrived: ${toToolError(error).message}`);
    }
  };

  return {
    isDeaf,
    written: async thread => {
      // What the provider has told in the same breath is on its way through promises.
      await turnOfTheLoop();
      // Who moves them says what went wrong.
      await writing.get(thread)?.catch(() => undefined);
    },
    steer: async (thread, messages) => {
      const { id, turn } = thread;
      const running = runner.running(id);
      if (turn === undefined || running === undefined) return;
      await moveMessages(store, id, messages, 'sending', { turn_id: turn.id });
      const before = last.get(id) ?? Promise.resolve();
      const sent = before
        .then(() => send(thread, messages, turn, running))
        .catch((error: unknown) => log(`the inbox of ${id}: ${toToolError(error).message}`))
        .finally(() => {
          if (last.get(id) === sent) last.delete(id);
        });
      last.set(id, sent);
    },
  };
}
