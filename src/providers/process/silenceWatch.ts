export interface SilenceWatch {
  /** Something came from the provider. */
  heard(): void;
  stop(): void;
}

/** Calls once for each silence longer than the limit. It only tells the person: silence ends no turn. */
export function watchSilence(limitMs: number, onSilence: () => void): SilenceWatch {
  let timer: NodeJS.Timeout | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(onSilence, limitMs).unref();
  };
  heard();
  return { heard, stop: () => clearTimeout(timer) };
}
