/** What was seen of a file that does not parse. */
export interface Sight {
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
}

/** A file that nobody has written to for as long is as complete as it gets. */
export const quietMs = 2_000;
/** However often it changes: so long a request may be on its way. */
const longestMs = 60_000;

export interface Settling {
  /** Milliseconds until the file can be taken as it is; 0: now. Not asked for files that parse. */
  left(name: string, sight: Sight): number;
  /** Forgets all other files. */
  keepOnly(names: ReadonlySet<string>): void;
}

/** By our own clock, since that of a network drive may differ. */
export function createSettling(now: () => number = Date.now): Settling {
  const seen = new Map<string, { readonly sight: Sight; readonly since: number; readonly first: number }>();
  return {
    left: (name, sight) => {
      const known = seen.get(name);
      const isSame = known !== undefined && isEqual(known.sight, sight);
      const at = now();
      const entry = isSame ? known : { sight, since: at, first: known?.first ?? at };
      seen.set(name, entry);
      return Math.max(0, Math.min(entry.since + quietMs, entry.first + longestMs) - at);
    },
    keepOnly: names => {
      for (const name of seen.keys()) if (!names.has(name)) seen.delete(name);
    },
  };
}

function isEqual(a: Sight, b: Sight): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs;
}
