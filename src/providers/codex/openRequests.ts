import type { RequestId } from './connection.ts';

/** What the server waits for an answer to. Each signal says that this answer is not needed any more. */
export interface OpenRequests {
  open(id: RequestId): AbortSignal;
  /** Answered, or given up. */
  close(id: RequestId): void;
  /** The server has resolved it itself. */
  withdraw(id: RequestId): void;
  /** Nobody needs any of those answers. */
  withdrawOpen(): void;
  /** The turn is over: this holds for what is still to come, too. */
  withdrawAll(): void;
  /** Whether the turn waits for somebody here. */
  any(): boolean;
}

export function makeOpenRequests(): OpenRequests {
  const open = new Map<RequestId, AbortController>();
  let isOver = false;
  const withdrawOpen = (): void => {
    for (const need of open.values()) need.abort();
  };
  return {
    open: id => {
      const need = new AbortController();
      if (isOver) need.abort();
      open.set(id, need);
      return need.signal;
    },
    close: id => void open.delete(id),
    withdraw: id => open.get(id)?.abort(),
    withdrawOpen,
    withdrawAll: () => {
      isOver = true;
      withdrawOpen();
    },
    any: () => open.size > 0,
  };
}
