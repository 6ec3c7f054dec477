import { type ProcessEntry, readProcessTable } from './processTable.ts';
import { withDescendants } from './tree.ts';

export interface DescendantTracker {
  stop(): void;
  /** All descendants ever seen, living or not; end them with `endEntries`. */
  snapshot(): readonly ProcessEntry[];
}

/** One look costs a PowerShell start there. */
const windowsSampleMs = 2_000;

/** Follows the descendants of a process where the platform hides environments; elsewhere marks do and this is idle. */
export function trackDescendants(pid: number): DescendantTracker {
  if (process.platform === 'win32') return sampleDescendants(pid, windowsSampleMs);
  return { stop: () => undefined, snapshot: () => [] };
}

export function sampleDescendants(pid: number, everyMs: number): DescendantTracker {
  const seen = new Map<string, ProcessEntry>();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const sample = async (): Promise<void> => {
    const table = await readProcessTable().catch(() => []);
    const roots = table.filter(entry => entry.pid === pid || seen.has(keyOf(entry)));
    for (const entry of withDescendants(table, roots, process.pid)) {
      if (entry.pid !== pid) seen.set(keyOf(entry), entry);
    }
  };
  const follow = (): void => {
    if (stopped) return;
    timer = setTimeout(() => void sample().then(follow), everyMs);
    timer.unref();
  };
  void sample().then(follow);
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
    snapshot: () => [...seen.values()],
  };
}

function keyOf(entry: ProcessEntry): string {
  return `${entry.pid} ${entry.startTime}`;
}
