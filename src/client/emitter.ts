import type { Unsubscribe } from './dockClient.ts';

export interface Emitter<Value> {
  readonly isEmpty: boolean;
  on(listener: (value: Value) => void): Unsubscribe;
  fire(value: Value): void;
  clear(): void;
}

/** A listener that throws is reported and keeps nothing from the others, nor from who fires. */
export function createEmitter<Value>(onError: (error: unknown) => void): Emitter<Value> {
  const listeners = new Set<(value: Value) => void>();
  return {
    get isEmpty() {
      return listeners.size === 0;
    },
    on: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    fire: value => {
      for (const listener of [...listeners]) {
        try {
          listener(value);
        } catch (error) {
          onError(error);
        }
      }
    },
    clear: () => listeners.clear(),
  };
}
