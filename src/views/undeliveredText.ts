import type { Thread } from '../contracts/thread.ts';
import { t } from '../vscode/localize.ts';
import { escaped } from './escaped.ts';
import { knownText } from './knownText.ts';
import { safeLine } from './safeText.ts';

/** The newest are named; the transcript has all of them. */
const mostNamed = 2;

/** Messages that did not arrive, as Markdown lines; none once the thread works again. */
export function undeliveredLines({ inbox, last_outcome: outcome }: Thread): readonly string[] {
  if (outcome === 'completed') return [];
  const failed = inbox.filter(({ state }) => state === 'failed');
  const left = failed.length - mostNamed;
  return [
    ...failed.slice(-mostNamed).map(({ text, reason }) => {
      const why = reason === undefined ? '' : ` – ${escaped(safeLine(reason, 400))}`;
      return `**${t('Not delivered')}:** ${escaped(safeLine(knownText(text), 80))}${why}`;
    }),
    ...(left > 0
      ? [left === 1 ? t('1 more was not delivered') : t('{0} more were not delivered', left)]
      : []),
  ];
}
