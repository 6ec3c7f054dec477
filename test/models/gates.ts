/** Named gates that hold a response until a test opens them, so that no test needs a sleep. */
export interface Gates {
  open(name: string): void;
  close(name: string): void;
  isOpen(name: string): boolean;
  /** How many responses are held at the gate now. */
  waiting(name: string): number;
  /** Resolves once a response is held at the gate, or the gate is open. */
  arrival(name: string): Promise<void>;
  /** Resolves when the gate is open; rejects when `signal` aborts. */
  pass(name: string, signal: AbortSignal): Promise<void>;
}

export function makeGates(): Gates {
  const opened = new Set<string>();
  const held = new Map<string, Set<() => void>>();
  const arrivals = new Map<string, Set<() => void>>();

  const take = (map: Map<string, Set<() => void>>, name: string): Set<() => void> => {
    const set = map.get(name) ?? new Set();
    map.set(name, set);
    return set;
  };
  const flush = (map: Map<string, Set<() => void>>, name: string): void => {
    const set = take(map, name);
    map.delete(name);
    for (const callback of set) callback();
  };

  return {
    open: name => {
      opened.add(name);
      flush(held, name);
      flush(arrivals, name);
    },
    close: name => {
      opened.delete(name);
    },
    isOpen: name => opened.has(name),
    waiting: name => held.get(name)?.size ?? 0,
    arrival: name =>
      new Promise(resolve => {
        if (opened.has(name) || (held.get(name)?.size ?? 0) > 0) resolve();
        else take(arrivals, name).add(resolve);
      }),
    pass: (name, signal) =>
      new Promise((resolve, reject) => {
        if (opened.has(name)) return resolve();
        if (signal.aborted) return reject(signal.reason);
        const go = (): void => {
          signal.removeEventListener('abort', stop);
          resolve();
        };
        const stop = (): void => {
          held.get(name)?.delete(go);
          reject(signal.reason);
        };
        signal.addEventListener('abort', stop, { once: true });
        take(held, name).add(go);
        flush(arrivals, name);
      }),
  };
}
