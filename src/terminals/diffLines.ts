import type { TextRef } from '../contracts/text.ts';
import { knownText } from '../views/knownText.ts';
import { safeText } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { paint } from './styles.ts';

const mostLines = 80;

/** A unified diff in colours; of a long one the beginning. */
export function diffLines(diff: TextRef): string[] {
  const lines = safeText(knownText(diff)).trimEnd().split('\n');
  const isCut = lines.length > mostLines || !('text' in diff);
  return [
    ...lines.slice(0, mostLines).map(colour),
    ...(isCut ? [paint('yellow', t('… the rest of the diff is left out: Answer… shows it'))] : []),
  ];
}

function colour(line: string): string {
  if (/^(?:\+\+\+|---|diff |index )/.test(line)) return paint('dim', line);
  if (line.startsWith('@@')) return paint('cyan', line);
  if (line.startsWith('+')) return paint('green', line);
  return line.startsWith('-') ? paint('red', line) : line;
}
