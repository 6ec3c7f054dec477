import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interruption {
  /** Aborted at the first Ctrl+C, or when something else asks this process to end. */
  readonly signal: AbortSignal;
  /** As a shell reports a program that a signal ended; undefined without one. */
  exitCode(): number | undefined;
  dispose(): void;
}

/** From here on a signal no longer ends the process: who listens cleans up and ends it. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  let exitCode: number | undefined;
  // npm passes on a signal that the terminal has sent as well: the second one changes nothing.
  const listener = (name: NodeJS.Signals) => {
    exitCode ??= 128 + constants.signals[name];
    controller.abort(new Error('The demo was ended.'));
  };
  for (const name of signals) process.on(name, listener);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    dispose: () => {
      for (const name of signals) process.off(name, listener);
    },
  };
}

/** The work's result; rejects as soon as the signal is aborted. What the work does then is not waited for. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
