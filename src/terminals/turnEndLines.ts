import type { ToolError } from '../contracts/errors.ts';
import type { StateChange } from '../contracts/journalEvent.ts';
import { durationText } from '../views/durationText.ts';
import { safeLine } from '../views/safeText.ts';
import { usageText } from '../views/usageText.ts';
import { t } from '../vscode/localize.ts';
import { paint, type Style } from './styles.ts';

type TurnEnded = Extract<StateChange, { type: 'turn.ended' }>;

const looks: Readonly<Record<TurnEnded['outcome'], { readonly sign: string; readonly style: Style }>> = {
  completed: { sign: '✓', style: 'green' },
  failed: { sign: '✗', style: 'red' },
  cancelled: { sign: '⊘', style: 'yellow' },
  interrupted: { sign: '!', style: 'yellow' },
};

/** The last lines of a turn: the error if there is one, then how it ended, how long it took, what it used. */
export function turnEndLines(event: TurnEnded, took: number | undefined): string {
  const { sign, style } = looks[event.outcome];
  const parts = [
    paint(style, `${sign} ${outcomeText(event.outcome)}`),
    ...(took === undefined ? [] : [paint('dim', durationText(took))]),
    ...(event.usage === undefined ? [] : [paint('dim', usageText(event.usage))]),
  ];
  const line = parts.join(paint('dim', ' · '));
  const reason = event.reason === undefined ? '' : `${paint('dim', `  ${safeLine(event.reason, 500)}`)}\n`;
  const error = event.error === undefined ? '' : errorLines(event.error, false);
  return `${error}${line}\n${reason}`;
}

export function errorLines(error: ToolError, willRetry: boolean): string {
  const again = willRetry ? ` ${paint('dim', t('trying again'))}` : '';
  const message = safeLine(error.message, 2000);
  const hint = error.hint === undefined ? '' : `${paint('dim', `  → ${safeLine(error.hint, 1000)}`)}\n`;
  return `${paint(willRetry ? 'yellow' : 'red', `✗ ${error.code}: ${message}`)}${again}\n${hint}`;
}

export function outcomeText(outcome: TurnEnded['outcome']): string {
  switch (outcome) {
    case 'completed':
      return t('Completed');
    case 'failed':
      return t('Failed');
    case 'cancelled':
      return t('Cancelled');
    case 'interrupted':
      return t('Interrupted');
  }
}
