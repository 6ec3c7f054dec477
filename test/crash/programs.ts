import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scene } from './scene.ts';

/** Lines for the shell that first note by their title that they run: no model sees it. */
export function programOf(tag: string, title: string, lines: readonly string[]): string {
  return [`echo '${title}' >> ${runsFile(tag)}`, ...lines].join('\n');
}

/** How often a program of the scene has begun. */
export function timesRun({ dock, tag }: Pick<Scene, 'dock' | 'tag'>, program: string): number {
  const file = join(dock.workspace, runsFile(tag));
  const runs = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return runs.filter(title => title !== '' && program.startsWith(`echo '${title}' `)).length;
}

/** A line that waits until the program stands in the journal: one that ended before would not. */
export const untilNoted =
  'until grep -Eqs "\\"pid\\":$$[,}]" .agentdock/state/journal/*.jsonl; do sleep 0.02; done';

function runsFile(tag: string): string {
  return `${tag}-runs`;
}
