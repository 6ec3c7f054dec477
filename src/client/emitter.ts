import type { Unsubscribe } from './dockClient.ts';

export interface Emitter<Value> {
  on(listener: (value: Value) => void): Unsubscribe;
  fire(value: Value): void;
  clear(): void;
}

export function createEmitter<Value>(): Emitter<Value> {
  const listeners = new Set<(value: Value) => void>();
  return {
    on: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    fire: value => {
      for (const listener of [...listeners]) listener(value);
    },
    clear: () => listeners.clear(),
  };
}
