import * as z from 'zod';
import type { StateChange } from '../contracts/journalEvent.ts';
import { knownText } from '../views/knownText.ts';
import { safeText } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { paint } from './styles.ts';

type Answered = Extract<StateChange, { type: 'request.answered' }>;

const listSchema = z.array(z.string());

/** How a request was answered and by whom; of a question of the provider's own (`isDetached` false), each answer. */
export function answerLines(event: Answered, isDetached: boolean): string[] {
  const said = event.text === undefined ? [] : safeText(knownText(event.text)).trimEnd().split('\n');
  const by = paint('dim', answeredBy(event));
  switch (event.decision) {
    case 'allow':
      return [`${paint('green', `✓ ${t('Allowed once')}`)} ${by}`];
    case 'allow_thread':
      return [`${paint('green', `✓ ${t('Allowed in this thread')}`)} ${by}`];
    case 'deny':
      return [`${paint('red', `✗ ${t('Denied')}`)} ${by}`, ...said];
    case undefined:
      return [`${paint('green', `✓ ${t('Answered')}`)} ${by}`, ...(isDetached ? said : listed(event, said))];
  }
}

function listed({ text }: Answered, said: readonly string[]): readonly string[] {
  const list = listSchema.safeParse(parsed(text === undefined ? '' : knownText(text)));
  return list.success ? list.data.map(answer => safeText(answer).trimEnd().replaceAll('\n', ', ')) : said;
}

/** A long text is known only by its beginning, which is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function answeredBy({ by, from }: Answered): string {
  if (by === 'person') return t('by you');
  return from === undefined ? t('by an agent') : t('by {0}', from);
}
