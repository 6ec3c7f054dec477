import { toToolError } from '../contracts/errors.ts';
import type { ProviderHealth } from '../contracts/provider.ts';
import type { Driver } from '../providers/driver.ts';

const timeoutMs = 30_000;
/**
 * Asking starts the CLI, and OpenCode's takes seconds. One that is ready stays so for a while; what a person has just
 * mended is to be seen soon.
 */
const readyForMs = 60_000;
const freshMs = 5_000;

type Asked = Pick<Driver, 'provider' | 'checkHealth'>;

/** Asks all drivers at once; one that fails or hangs is offline with its reason, and holds up no other. */
export function createHealthCheck(
  drivers: Iterable<Asked>,
  now: () => number = Date.now,
): () => Promise<readonly ProviderHealth[]> {
  const checks = [...drivers].map(driver => remembered(() => healthOf(driver), now));
  return () => Promise.all(checks.map(check => check()));
}

function remembered(ask: () => Promise<ProviderHealth>, now: () => number): () => Promise<ProviderHealth> {
  let answer: Promise<ProviderHealth> | undefined;
  let freshUntil = 0;
  return () => {
    if (answer !== undefined && now() < freshUntil) return answer;
    // Who asks meanwhile gets the same answer.
    freshUntil = Number.POSITIVE_INFINITY;
    const asked = now();
    answer = ask().then(health => {
      freshUntil = asked + (health.status === 'healthy' ? readyForMs : freshMs);
      return health;
    });
    return answer;
  };
}

async function healthOf(driver: Asked): Promise<ProviderHealth> {
  const offline = (message: string, installed = true): ProviderHealth => ({
    provider: driver.provider,
    installed,
    signed_in: 'unknown',
    status: 'offline',
    message,
  });
  const signal = AbortSignal.timeout(timeoutMs);
  const late = new Promise<ProviderHealth>(resolve => {
    signal.addEventListener('abort', () => resolve(offline(`No answer within ${timeoutMs / 1000} s.`)));
  });
  const asked = driver.checkHealth(signal).catch((error: unknown) => {
    const { code, message } = toToolError(error);
    return offline(message, code !== 'provider_missing');
  });
  return Promise.race([asked, late]);
}
