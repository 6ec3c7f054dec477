import { randomUUID } from 'node:crypto';
import { DockError, toToolError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { Message, MessageState } from '../contracts/message.ts';
import type { Thread } from '../contracts/thread.ts';
import { messagesMoved } from '../core/messagesMoved.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import type { Log } from './log.ts';
import type { TurnRunner } from './turnRunner.ts';

export interface Steering {
  /** The running turn takes no messages any more. */
  isDeaf(thread: Thread): boolean;
  /**
   * Brings the messages to the running turn, one after the other. Resolves when they count as sent, not when they were
   * taken: a provider may take one only after a tool call, and that may be a call of ours, whose reply must not wait.
   */
  steer(thread: Thread, messages: readonly Message[]): Promise<void>;
}

export interface SteeringOptions {
  readonly store: ThreadStore;
  readonly runner: Pick<TurnRunner, 'running'>;
  readonly textOf: (messages: readonly Message[]) => Promise<string>;
  readonly log: Log;
}

export function createSteering({ store, runner, textOf, log }: SteeringOptions): Steering {
  const deafTurns = new Map<ThreadId, string>();
  const last = new Map<ThreadId, Promise<void>>();

  const isDeaf = ({ id, turn }: Thread) => turn !== undefined && deafTurns.get(id) === turn.id;

  /** What the end of the turn has decided meanwhile stays. */
  const settle = async (thread: ThreadId, message: Message, turnId: string, to: MessageState) => {
    const now = store.get(thread)?.inbox.find(({ id }) => id === message.id);
    if (now?.state !== 'sending' || now.turn_id !== turnId) return;
    await store.commit([{ thread, change: messagesMoved([message], to, { turn_id: turnId }) }]);
  };

  const send = async ({ id }: Thread, message: Message, turnId: string) => {
    try {
      const running = runner.running(id);
      if (running === undefined) throw new DockError('conflict', 'The turn has ended.');
      await running.steer(await textOf([message]), randomUUID());
      await settle(id, message, turnId, 'delivered');
    } catch (error) {
      // It surely has not arrived: it waits for the turn's end. Anything else the transcript decides, after the turn.
      if (error instanceof DockError && error.code === 'conflict') {
        deafTurns.set(id, turnId);
        await settle(id, message, turnId, 'queued');
      } else log(`a message to ${id} may not have arrived: ${toToolError(error).message}`);
    }
  };

  return {
    isDeaf,
    steer: async (thread, messages) => {
      const { id, turn } = thread;
      if (turn === undefined || runner.running(id) === undefined) return;
      await store.commit([{ thread: id, change: messagesMoved(messages, 'sending', { turn_id: turn.id }) }]);
      const before = last.get(id) ?? Promise.resolve();
      const all = messages
        .reduce((sent, message) => sent.then(() => send(thread, message, turn.id)), before)
        .catch((error: unknown) => log(`the inbox of ${id}: ${toToolError(error).message}`))
        .finally(() => {
          if (last.get(id) === all) last.delete(id);
        });
      last.set(id, all);
    },
  };
}
