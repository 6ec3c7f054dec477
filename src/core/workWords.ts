import { shortCount } from './shortCount.ts';
import type { Work } from './work.ts';

/** What was done, in English, for a terminal or a model: `2 turns, 12 s, 1.2k tokens in, 300 out, $0.01, …`. */
export function workWords({
  turns,
  duration_ms,
  usage,
  tool_calls,
  files,
  areMoreFiles,
  others = 0,
}: Work): string {
  return [
    ...(turns === undefined ? [] : [counted(turns, 'turn')]),
    ...(duration_ms === undefined ? [] : [durationWords(duration_ms)]),
    ...(usage === undefined
      ? []
      : [`${shortCount(usage.input_tokens)} tokens in`, `${shortCount(usage.output_tokens)} out`]),
    ...(usage?.cost_usd === undefined ? [] : [`$${usage.cost_usd.toFixed(2)}`]),
    ...(tool_calls === undefined ? [] : [counted(tool_calls, 'tool call')]),
    ...(files === undefined
      ? []
      : [
          `${areMoreFiles === true ? 'over ' : ''}${counted(files, 'file')} changed${amongOthers(files, others)}`,
        ]),
  ].join(', ');
}

/** Nobody knows whose the files are then. */
function amongOthers(files: number, others: number): string {
  if (files === 0 || others === 0) return '';
  return ` in the folder while ${counted(others, 'other thread')} worked there`;
}

/** With the plural where it is not one. */
function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function durationWords(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
