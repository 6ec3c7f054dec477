import { performance } from 'node:perf_hooks';
import { table } from '../../src/cli/io.ts';

export interface Sample {
  readonly name: string;
  /** In the unit of the report. */
  readonly values: readonly number[];
}

export async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Medians side by side, and each as a multiple of the first, the reference. */
export function report(unit: string, samples: readonly Sample[]): void {
  const reference = quantile(samples[0]?.values ?? [], 0.5);
  const rows = samples.map(({ name, values }) => {
    const median = quantile(values, 0.5);
    return [
      name,
      `${median.toFixed(2)} ${unit}`,
      `${quantile(values, 0.95).toFixed(2)} ${unit}`,
      `${(median / reference).toFixed(2)}x`,
      String(values.length),
    ];
  });
  console.log(table([['', 'median', 'p95', 'ratio', 'runs'], ...rows]));
}

/** Collects what is to be cleaned up at the end of a bench. */
export function makeOwner(): { after(clean: () => Promise<void>): void; clean(): Promise<void> } {
  const cleaners: (() => Promise<void>)[] = [];
  return {
    after: clean => void cleaners.unshift(clean),
    clean: async () => {
      for (const clean of cleaners.splice(0)) await clean();
    },
  };
}
