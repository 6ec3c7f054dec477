import { t } from '../vscode/localize.ts';

/** What needs the person, as the number at the view's icon; undefined when nothing does. */
export function badgeOf(
  waiting: number,
  stopped: number,
): { readonly value: number; readonly tooltip: string } | undefined {
  if (waiting + stopped === 0) return undefined;
  const lines = [
    ...(waiting > 0 ? [t('Waiting for your answer: {0}', waiting)] : []),
    ...(stopped > 0 ? [t('Failed or interrupted: {0}', stopped)] : []),
  ];
  return { value: waiting + stopped, tooltip: lines.join('\n') };
}
