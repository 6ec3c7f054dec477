import type { Decision } from '../contracts/agentRequest.ts';
import { DockError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { StateChange } from '../contracts/journalEvent.ts';
import type { TextRef } from '../contracts/text.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import { requestKey } from '../tools/answerThread.ts';
import { newsFor } from '../tools/newsFor.ts';
import type { Serializer } from './serially.ts';

type Opened = Extract<StateChange, { type: 'request.opened' }>;

export interface RequestAnswer {
  readonly decision: Decision | undefined;
  readonly text: TextRef | undefined;
}

/** Where agents' requests wait for their answers. */
export interface RequestDesk {
  /**
   * Resolves with the answer, once it is in the journal; rejects with `cancelled` when the turn ended first, or when
   * the signal says that nobody needs it.
   */
  ask(thread: ThreadId, request: Opened, signal: AbortSignal): Promise<RequestAnswer>;
  close(): void;
}

interface Waiting {
  readonly thread: ThreadId;
  readonly turn: string;
  readonly answers: PromiseWithResolvers<RequestAnswer>;
}

/** The journal decides who was first: the answer, or the end of the need for it. */
export function createRequestDesk(store: ThreadStore, inTurn: Serializer): RequestDesk {
  const waiting = new Map<string, Waiting>();
  const leave = (id: string) => {
    const one = waiting.get(id);
    waiting.delete(id);
    return one;
  };
  const stop = store.onCommit(events => {
    for (const event of events) {
      if (event.type === 'request.answered') {
        leave(event.request_id)?.answers.resolve({ decision: event.decision, text: event.text });
      } else if (event.type === 'request.closed') {
        leave(event.request_id)?.answers.reject(notNeeded());
      } else if (event.type === 'turn.ended' || event.type === 'turn.requeued') {
        for (const [id, one] of waiting) {
          if (one.thread === event.thread && one.turn === event.turn_id)
            leave(id)?.answers.reject(notNeeded());
        }
      }
    }
  });

  const withdraw = (thread: ThreadId, id: string) =>
    inTurn(requestKey(id), async () => {
      if (store.get(thread)?.requests.some(request => request.id === id) !== true) return;
      const reason = 'The agent does not wait for it any more.';
      await store.commit([{ thread, change: { type: 'request.closed', request_id: id, reason } }]);
    });

  return {
    ask: async (thread, opened, signal) => {
      if (signal.aborted) throw notNeeded();
      const { id } = opened.request;
      const answers = Promise.withResolvers<RequestAnswer>();
      answers.promise.catch(() => undefined);
      waiting.set(id, { thread, turn: opened.turn_id, answers });
      const drop = () => {
        // A disk that takes nothing must not keep the agent's end waiting.
        withdraw(thread, id).catch(() => leave(id)?.answers.reject(notNeeded()));
      };
      try {
        await store.commit([{ thread, change: opened }, ...newsFor(store, thread, opened)]);
        signal.addEventListener('abort', drop, { once: true });
        if (signal.aborted) drop();
        return await answers.promise;
      } finally {
        signal.removeEventListener('abort', drop);
        leave(id);
      }
    },
    close: () => {
      stop();
      for (const id of waiting.keys()) leave(id)?.answers.reject(notNeeded());
    },
  };
}

function notNeeded(): DockError {
  return new DockError('cancelled', 'The request was withdrawn before it was answered.');
}
