import type { StateChange } from '../contracts/journalEvent.ts';
import { knownText } from '../views/knownText.ts';
import { reportOutcomeText } from '../views/reportText.ts';
import { safeLine, safeText } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { paint } from './styles.ts';

type Report = Extract<StateChange, { type: 'report.made' }>['report'];

const mostFiles = 20;

/** What an agent says of its work: the summary, the files it names, the checks it says it ran. */
export function reportLines({ kind, outcome, summary, files, checks }: Report): string {
  const title = kind === 'progress' ? t('Progress') : t('Report');
  const head = outcome === undefined ? title : `${title}: ${reportOutcomeText(outcome)}`;
  const left = files.length - mostFiles;
  const lines = [
    ...safeText(knownText(summary)).trim().split('\n'),
    ...files.slice(0, mostFiles).map(file => paint('dim', `~ ${safeLine(file, 1000)}`)),
    ...(left > 0 ? [paint('dim', t('… {0} more files', left))] : []),
    ...checks.map(({ name, passed }) => {
      const sign = passed ? paint('green', '✓') : paint('red', '✗');
      return `${sign} ${safeLine(name)}`;
    }),
  ];
  return `${paint('bold', `■ ${head}`)}\n${lines.map(line => (line === '' ? '\n' : `  ${line}\n`)).join('')}`;
}
