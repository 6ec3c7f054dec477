import { DockError } from '../contracts/errors.ts';

/** The result of `work`; rejects with `cancelled` once the signal aborts, whatever becomes of the work. */
export function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new DockError('cancelled', 'The caller took the call back.'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
