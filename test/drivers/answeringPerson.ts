import type { RunningTurn } from '../../src/providers/driver.ts';

/** A person who answers when the test says so, or sees the request withdrawn. */
export function makePerson<Answer>() {
  const asked = Promise.withResolvers<AbortSignal>();
  const answer = Promise.withResolvers<Answer>();
  const ask = (_: unknown, signal: AbortSignal): Promise<Answer> => {
    signal.addEventListener('abort', () => answer.reject(signal.reason));
    asked.resolve(signal);
    return answer.promise;
  };
  const early = ({ ended }: Pick<RunningTurn, 'ended'>): Promise<never> =>
    ended.then(end => {
      throw new Error(`The turn ended before it asked: ${JSON.stringify(end)}`);
    });
  return {
    ask,
    askedIn: (turn: RunningTurn): Promise<AbortSignal> => Promise.race([asked.promise, early(turn)]),
    answer: answer.resolve,
  };
}
