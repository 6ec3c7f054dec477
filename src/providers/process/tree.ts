import type { ProcessEntry, ProcessName } from './processTable.ts';

/** Everything below `roots`, the roots included, without passing through `barrier` (our own process). */
export function withDescendants(
  table: readonly ProcessEntry[],
  roots: readonly ProcessEntry[],
  barrier: number,
): readonly ProcessEntry[] {
  const children = Map.groupBy(table, entry => entry.ppid);
  const found = new Map<number, ProcessEntry>();
  const open = [...roots];
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    if (found.has(entry.pid) || entry.pid === barrier) continue;
    found.set(entry.pid, entry);
    open.push(...(children.get(entry.pid) ?? []));
  }
  return [...found.values()];
}

/**
 * The process and its process group, which keeps children that were orphaned. The group's number is not given away
 * while it has members, but only a leader that was seen alive proves that the group is its own.
 */
export function treeRoots(
  table: readonly ProcessEntry[],
  ref: ProcessName,
  seenAlive: boolean,
): readonly ProcessEntry[] {
  const root = table.find(entry => entry.pid === ref.pid && entry.startTime === ref.start_time);
  const group = root !== undefined || seenAlive ? table.filter(entry => entry.group === ref.pid) : [];
  return root === undefined ? group : [root, ...group];
}

/**
 * Windows leaves the number of a dead parent in its children, and gives the number away again: children of `ref` are
 * those started after it and before the number's next owner. Start times there compare as text.
 */
export function windowsTreeRoots(table: readonly ProcessEntry[], ref: ProcessName): readonly ProcessEntry[] {
  const owner = table.find(entry => entry.pid === ref.pid);
  if (owner?.startTime === ref.start_time) return [owner];
  return table.filter(
    entry =>
      entry.ppid === ref.pid &&
      entry.startTime >= ref.start_time &&
      (owner === undefined || entry.startTime < owner.startTime),
  );
}

/** Windows: a child older than its parent has got a parent that only took over the number. */
export function withoutFalseParents(table: readonly ProcessEntry[]): readonly ProcessEntry[] {
  const byPid = new Map(table.map(entry => [entry.pid, entry]));
  return table.map(entry => {
    const parent = byPid.get(entry.ppid);
    return parent !== undefined && parent.startTime > entry.startTime ? { ...entry, ppid: 0 } : entry;
  });
}
