import type { TextRef } from '../contracts/text.ts';
import { knownText } from '../views/knownText.ts';
import { plainLabel } from '../views/plainLabel.ts';
import { safeText } from '../views/safeText.ts';
import { wrapLines } from '../views/wrapLines.ts';
import { t } from '../vscode/localize.ts';
import type { PickItem } from '../vscode/quickSteps.ts';

/** As wide as a row of the box, and as many rows as leave the choices in sight. */
const columns = 90;
const mostRows = 6;

/** What is asked, line by line, above the choices; a long text ends with a row that shows all of it. */
export function detailItems<Value>(text: TextRef, value: Value): PickItem<Value>[] {
  // A free row of a text would look like a choice without a name.
  const rows = wrapLines(safeText(knownText(text)), columns).filter(row => row.trim() !== '');
  const isWhole = 'text' in text && rows.length <= mostRows;
  return [
    ...rows.slice(0, mostRows).map(row => ({ label: plainLabel(row), value })),
    ...(isWhole ? [] : [{ label: t('… Show all of it'), value }]),
  ];
}
