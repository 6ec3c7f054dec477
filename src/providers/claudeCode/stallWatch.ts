export interface StallWatch {
  /** Something came from the CLI. */
  touch(): void;
  stop(): void;
}

/** Calls `onStall` once for each silence of `afterMs`. Says so and no more: the CLI gives up by itself in time. */
export function watchStall(afterMs: number, onStall: () => void): StallWatch {
  let timer: NodeJS.Timeout | undefined;
  const touch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onStall, afterMs).unref();
  };
  touch();
  return { touch, stop: () => clearTimeout(timer) };
}
