/** Calls once for each silence longer than the limit. Says nothing about why: the caller only tells the person. */
interface SilenceWatch {
  heard(): void;
  stop(): void;
}

export function watchSilence(limitMs: number, onSilence: () => void): SilenceWatch {
  const timer = setTimeout(onSilence, limitMs);
  timer.unref();
  return {
    heard: () => timer.refresh(),
    stop: () => clearTimeout(timer),
  };
}
