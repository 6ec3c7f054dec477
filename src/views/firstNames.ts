import { safeLine } from './safeText.ts';

/** The names that a notification has room for. */
export function firstNames(names: readonly string[]): string {
  const each = [...new Set(names)];
  const shown = each.slice(0, 3).map(name => safeLine(name, 40));
  return each.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ');
}
