import { DockError } from '../../contracts/errors.ts';

/** The promise, or `timeout` when it takes longer. */
export async function within<Value>(ms: number, promise: Promise<Value>, message: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DockError('timeout', message)), ms);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
