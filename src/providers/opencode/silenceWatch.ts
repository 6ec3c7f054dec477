export interface SilenceWatch {
  heard(): void;
  stop(): void;
}

/** Calls once for each silence longer than the limit. The caller only tells the person. */
export function watchSilence(limitMs: number, onSilence: () => void): SilenceWatch {
  const timer = setTimeout(onSilence, limitMs);
  timer.unref();
  return { heard: () => timer.refresh(), stop: () => clearTimeout(timer) };
}
