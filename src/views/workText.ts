import type { Work } from '../core/work.ts';
import { t } from '../vscode/localize.ts';
import { durationText } from './durationText.ts';
import { usageText } from './usageText.ts';

/** What was done, in one line: `3.4 s · 1.2k in, 300 out · $0.01 · 3 tool calls · 2 files changed`. */
export function workText({ turns, duration_ms, usage, tool_calls, files, areMoreFiles }: Work): string {
  return [
    ...(turns === undefined ? [] : [turns === 1 ? t('1 turn') : t('{0} turns', turns)]),
    ...(duration_ms === undefined ? [] : [durationText(duration_ms)]),
    ...(usage === undefined ? [] : [usageText(usage)]),
    ...(tool_calls === undefined
      ? []
      : [tool_calls === 1 ? t('1 tool call') : t('{0} tool calls', tool_calls)]),
    ...(files === undefined ? [] : [filesText(files, areMoreFiles === true)]),
  ].join(' · ');
}

function filesText(files: number, areMore: boolean): string {
  if (areMore) return t('over {0} files changed', files);
  return files === 1 ? t('1 file changed') : t('{0} files changed', files);
}
