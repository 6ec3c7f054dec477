/** Runs pieces of work with the same key one after another; different keys do not wait for each other. */
export type Serializer = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;

export function createSerializer(): Serializer {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
