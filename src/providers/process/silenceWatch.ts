export interface SilenceWatch {
  /** Something came from the provider. */
  heard(): void;
  stop(): void;
}

/** Calls once for each silence longer than the limit. It only tells the person: silence ends no turn. */
export function watchSilence(limitMs: number, onSilence: () => void): SilenceWatch {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const heard = () => {
    clearTimeout(timer);
    if (isOver) return;
    timer = setTimeout(onSilence, limitMs).unref();
  };
  heard();
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
  };
  return { heard, stop };
}
