import { DockError } from '../contracts/errors.ts';

/** The result of `work`; rejects with `timeout` when the host, which runs as `pid`, takes longer. */
export function withTimeout<Result>(work: Promise<Result>, timeoutMs: number, pid: number): Promise<Result> {
  return new Promise((resolve, reject) => {
    const late = () =>
      new DockError('timeout', `The host (process ${pid}) does not answer.`, {
        hint: `Look at .agentdock/state/host.log, and end process ${pid} if it is stuck.`,
      });
    const timer = setTimeout(() => reject(late()), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
