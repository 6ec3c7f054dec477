import { t } from '../vscode/localize.ts';
import type { Answering } from './answering.ts';

/** What an empty input line says: what it takes, or what goes on. */
export function placeholder(
  answering: Pick<Answering, 'line' | 'isOffered'>,
  { isSending, isCancelArmed }: { readonly isSending: boolean; readonly isCancelArmed: boolean },
): string {
  if (isSending) return t('Sending…');
  if (isCancelArmed) return t('Press Ctrl+C again to cancel the turn');
  if (answering.line !== undefined) return answering.line.placeholder;
  return answering.isOffered
    ? t('Type a follow-up and press Enter · Esc to answer')
    : t('Type a follow-up and press Enter');
}
