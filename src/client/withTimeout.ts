import { DockError } from '../contracts/errors.ts';

/** The result of `work`; rejects with `timeout` when the host takes longer. */
export function withTimeout<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  return new Promise((resolve, reject) => {
    const late = () =>
      new DockError('timeout', 'The host does not answer.', { hint: 'Look at .agentdock/state/host.log.' });
    const timer = setTimeout(() => reject(late()), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
