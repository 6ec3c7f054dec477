import type { ToolError } from '../contracts/errors.ts';
import type { StateChange } from '../contracts/journalEvent.ts';
import { workOfTurn } from '../core/work.ts';
import { safeLine } from '../views/safeText.ts';
import { workText } from '../views/workText.ts';
import { t } from '../vscode/localize.ts';
import { paint, type Style } from './styles.ts';

type TurnEnded = Extract<StateChange, { type: 'turn.ended' }>;

const looks: Readonly<Record<TurnEnded['outcome'], { readonly sign: string; readonly style: Style }>> = {
  completed: { sign: '✓', style: 'green' },
  failed: { sign: '✗', style: 'red' },
  cancelled: { sign: '⊘', style: 'yellow' },
  interrupted: { sign: '!', style: 'yellow' },
};

/** The last lines of a turn: how it ended, how long it took, what it used, and why it failed if it did. */
export function turnEndLines(event: TurnEnded, took: number | undefined): string {
  const { sign, style } = looks[event.outcome];
  const seen = event.receipt === undefined ? {} : workOfTurn(event.receipt);
  const work = workText({ ...seen, duration_ms: took, usage: event.usage });
  const parts = [
    paint(style, `${sign} ${outcomeText(event.outcome)}`),
    ...(work === '' ? [] : [paint('dim', work)]),
  ];
  const line = parts.join(paint('dim', ' · '));
  const reason = event.reason === undefined ? '' : `${paint('dim', `  ${safeLine(event.reason, 500)}`)}\n`;
  const error = event.error === undefined ? '' : errorText(event.error, '  ', 'red');
  const doubts = (event.receipt?.doubts ?? []).map(
    doubt => `${paint('yellow', `  ! ${safeLine(doubt, 500)}`)}\n`,
  );
  return `${line}\n${reason}${error}${doubts.join('')}`;
}

export function errorLines(error: ToolError, willRetry: boolean): string {
  const [first = '', ...others] = errorText(
    error,
    `${willRetry ? '!' : '✗'} `,
    willRetry ? 'yellow' : 'red',
  ).split('\n');
  const again = willRetry ? ` ${paint('dim', t('trying again'))}` : '';
  return [first + again, ...others].join('\n');
}

function errorText({ code, message, hint }: ToolError, lead: string, style: Style): string {
  const what = safeLine(message, 2000);
  const next = hint === undefined ? '' : `${paint('dim', `  → ${safeLine(hint, 1000)}`)}\n`;
  return `${paint(style, lead + (code === 'unknown' ? what : `${code}: ${what}`))}\n${next}`;
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
