import { t } from '../vscode/localize.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** How long something took, as a person says it: `3.4 s`, `12 s`, `4 min 5 s`, `2 h 3 min`. */
export function durationText(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 9950) return t('{0} s', (Math.round(ms / 100) / 10).toFixed(1));
  if (ms < minute) return t('{0} s', Math.round(ms / second));
  if (ms < hour) return t('{0} min {1} s', Math.floor(ms / minute), Math.floor((ms % minute) / second));
  return t('{0} h {1} min', Math.floor(ms / hour), Math.floor((ms % hour) / minute));
}

/** How long ago something was, as short as a narrow side bar wants it: `now`, `5m`, `3h`, `2d`. */
export function ageText(milliseconds: number): string {
  if (milliseconds < minute) return t('now');
  if (milliseconds < hour) return t('{0}m', Math.floor(milliseconds / minute));
  if (milliseconds < day) return t('{0}h', Math.floor(milliseconds / hour));
  return t('{0}d', Math.floor(milliseconds / day));
}
