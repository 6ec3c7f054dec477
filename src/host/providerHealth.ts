import { toToolError } from '../contracts/errors.ts';
import type { ProviderHealth } from '../contracts/provider.ts';
import type { Driver } from '../providers/driver.ts';

const timeoutMs = 30_000;
/** Asking starts the CLIs: a list that is asked for again at once gets the same answer. */
const freshMs = 5_000;

/** Asks all drivers at once; one that fails or hangs is offline with its reason, and holds up no other. */
export function createHealthCheck(drivers: Iterable<Driver>): () => Promise<readonly ProviderHealth[]> {
  const all = [...drivers];
  let last: { readonly at: number; readonly answer: Promise<readonly ProviderHealth[]> } | undefined;
  return () => {
    if (last === undefined || Date.now() - last.at > freshMs) {
      last = { at: Date.now(), answer: Promise.all(all.map(healthOf)) };
    }
    return last.answer;
  };
}

async function healthOf(driver: Driver): Promise<ProviderHealth> {
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
