import type { Work } from '../core/work.ts';
import { t } from '../vscode/localize.ts';
import { durationText } from './durationText.ts';
import { usageText } from './usageText.ts';

/** What was done, in one line: `3.4 s · 1.2k in, 300 out · $0.01 · 3 tool calls · 2 files changed`. */
export function workText({
  turns,
  duration_ms,
  usage,
  tool_calls,
  files,
  areMoreFiles,
  others = 0,
}: Work): string {
  return [
    ...(turns === undefined ? [] : [turns === 1 ? t('1 turn') : t('{0} turns', turns)]),
    ...(duration_ms === undefined ? [] : [durationText(duration_ms)]),
    ...(usage === undefined ? [] : [usageText(usage)]),
    ...(tool_calls === undefined
      ? []
      : [tool_calls === 1 ? t('1 tool call') : t('{0} tool calls', tool_calls)]),
    ...(files === undefined
      ? []
      : [amongOthers(filesText(files, areMoreFiles === true), files > 0 ? others : 0)]),
  ].join(' · ');
}

function filesText(files: number, areMore: boolean): string {
  if (areMore) return t('over {0} files changed', files);
  return files === 1 ? t('1 file changed') : t('{0} files changed', files);
}

/** Nobody knows whose the files are then. */
function amongOthers(text: string, others: number): string {
  if (others === 0) return text;
  return others === 1
    ? t('{0} in the folder while 1 other thread worked there', text)
    : t('{0} in the folder while {1} other threads worked there', text, others);
}
