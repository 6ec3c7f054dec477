import { endStrays } from './endTree.ts';
import { type ProcessEntry, type ProcessName, readProcessTable } from './processTable.ts';
import { withDescendants } from './tree.ts';

export interface DescendantTracker {
  stop(): void;
  /** All descendants ever seen, living or not; end them with `endEntries`. */
  snapshot(): readonly ProcessEntry[];
}

/** One look costs a PowerShell start on Windows, a `ps` on macOS, which hides environments of the system's programs. */
const sampleMs: Partial<Record<NodeJS.Platform, number>> = { win32: 2_000, darwin: 500 };

/** Follows the descendants of a process where the platform hides environments; elsewhere marks do and this is idle. */
export function trackDescendants(pid: number): DescendantTracker {
  const everyMs = sampleMs[process.platform];
  if (everyMs !== undefined) return sampleDescendants(pid, everyMs);
  return { stop: () => undefined, snapshot: () => [] };
}

/** The same for a server that works for many turns. */
export interface SharedTracker {
  /** Called at the beginning of a turn; the function it returns, at its end. */
  enter(): () => Promise<void>;
}

/**
 * Whose tool a process was cannot be told there, so what has left the server's tree is ended when the last of the turns
 * ends; if the server has ended, that is everything.
 */
export function shareTracker(server: ProcessName, track = trackDescendants): SharedTracker {
  let turns = 0;
  let tracker: DescendantTracker | undefined;
  return {
    enter: () => {
      turns += 1;
      tracker ??= track(server.pid);
      return async () => {
        turns -= 1;
        if (turns > 0) return;
        const last = tracker;
        tracker = undefined;
        last?.stop();
        // What cannot be looked for must not change how a turn ended.
        await endStrays(server, last?.snapshot() ?? []).catch(() => undefined);
      };
    },
  };
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
