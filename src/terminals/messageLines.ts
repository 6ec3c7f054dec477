import type { StateChange } from '../contracts/journalEvent.ts';
import { knownText } from '../views/knownText.ts';
import { safeLine, safeText } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { paint } from './styles.ts';

type Message = Extract<StateChange, { type: 'message.queued' }>['message'];
type Moved = Extract<StateChange, { type: 'messages.moved' }>;

const mostLines = 12;

/** Messages as text: from whom and what, and the ones that may not have arrived. */
export class MessageLines {
  /** Beginnings of what was queued, to name a message that went wrong. */
  readonly #heads = new Map<string, string>();

  queued(message: Message): string {
    const text = safeText(knownText(message.text)).trim();
    this.#heads.set(message.id, safeLine(text, 80));
    switch (message.kind) {
      // The answer stands below its question.
      case 'answer':
        return '';
      case 'message':
        return `${paint('prompt', '↳')} ${paint('dim', sender(message))}\n${clipped(text)}`;
      case 'child_ended':
      case 'child_waits':
        return `${paint('dim', `↳ ${newsText(message)}`)}\n`;
    }
  }

  /** Empty for the ordinary ways of a message. */
  moved({ message_ids, to, reason }: Moved): string {
    if (to !== 'failed' && to !== 'unknown') return '';
    const what = to === 'failed' ? t('Not delivered') : t('Nobody can tell whether it arrived');
    const why = reason === undefined ? '' : `${paint('dim', `  ${safeLine(reason, 500)}`)}\n`;
    return message_ids
      .map(id => `${paint('yellow', `! ${what}: ${this.#heads.get(id) ?? id}`)}\n${why}`)
      .join('');
  }

  clear(): void {
    this.#heads.clear();
  }
}

function sender({ origin, from }: Message): string {
  if (origin === 'person') return t('Message from you');
  return from === undefined ? t('Message') : t('Message from {0}', from);
}

function newsText({ kind, from = '', outcome = '', text }: Message): string {
  const head = safeLine(knownText(text), 120);
  const what =
    kind === 'child_ended' ? t('{0} ended: {1}', from, outcome) : t('{0} waits: {1}', from, outcome);
  return head === '' ? what : `${what} · ${head}`;
}

function clipped(text: string): string {
  const lines = text.split('\n');
  const left = lines.length - mostLines;
  return [
    ...lines.slice(0, mostLines).map(line => `  ${line}\n`),
    ...(left > 0 ? [`  ${paint('dim', t('… {0} more lines', left))}\n`] : []),
  ].join('');
}
