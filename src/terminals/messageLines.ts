import type { StateChange } from '../contracts/journalEvent.ts';
import type { TextRef } from '../contracts/text.ts';
import { MessagesAbove } from '../core/messagesAbove.ts';
import { isNews } from '../core/waitingMessages.ts';
import { knownText } from '../views/knownText.ts';
import { safeLine, safeText } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { steeredLine } from './eventLines.ts';
import { promptLines } from './promptLines.ts';
import { paint } from './styles.ts';

type Message = Extract<StateChange, { type: 'message.queued' }>['message'];
type Moved = Extract<StateChange, { type: 'messages.moved' }>;

/** As many as of a prompt: what a turn brings is not shown a second time. */
const mostLines = 40;
const mostNewsLines = 12;
const longestNewsHead = 120;

interface Shown {
  readonly text: string;
  /** What the line of a thread's news had no place for. */
  readonly rest: string;
}

/** Messages as text: from whom and what, once, and the ones that may not have arrived. */
export class MessageLines {
  readonly #shown = new Map<string, Shown>();
  readonly #above = new MessagesAbove();

  queued(message: Message): string {
    const text = safeText(knownText(message.text)).trim();
    this.#above.queued(message.id, text);
    this.#shown.set(message.id, { text, rest: isNews(message.kind) ? restOfNews(message, text) : '' });
    switch (message.kind) {
      // The answer stands below its question.
      case 'answer':
        return '';
      case 'message':
        return `${paint('prompt', '↳')} ${paint('dim', sender(message))}\n${clipped(text, mostLines)}`;
      case 'child_ended':
      case 'child_waits':
      case 'undelivered':
        return `${paint('dim', `↳ ${newsText(message)}`)}\n`;
    }
  }

  /** The prompt of a turn that brings these messages, in place of their words; undefined where one is not shown above. */
  brought(ids: readonly string[]): string | undefined {
    if (!this.#above.bring(ids)) return undefined;
    const rest = ids.map(id => this.#shown.get(id)?.rest).join('');
    return `${paint('prompt', '❯')} ${paint('dim', aboveText(ids))}\n${rest}`;
  }

  /** The same for what reached the running turn; in its own terminal it is the next thing said there. */
  steered(text: TextRef, isTerminal: boolean): string {
    const ids = this.#above.take(safeText(knownText(text)));
    if (ids === undefined) {
      return isTerminal ? promptLines({ prompt: text, origin: 'person' }) : steeredLine(knownText(text));
    }
    const said = isTerminal ? aboveText(ids) : `${aboveText(ids)} ${t('to the running turn')}`;
    return `${paint('prompt', '❯')} ${paint('dim', said)}\n`;
  }

  /** Empty for the ordinary ways of a message. */
  moved(moved: Moved): string {
    this.#above.moved(moved);
    const { message_ids, to, reason } = moved;
    if (to !== 'failed' && to !== 'unknown') return '';
    const what = to === 'failed' ? t('Not delivered') : t('Nobody can tell whether it arrived');
    const why = reason === undefined ? '' : `${paint('dim', `  ${safeLine(reason, 500)}`)}\n`;
    return message_ids
      .map(id => `${paint('yellow', `! ${what}: ${safeLine(this.#shown.get(id)?.text ?? id, 80)}`)}\n${why}`)
      .join('');
  }

  clear(): void {
    this.#shown.clear();
    this.#above.clear();
  }
}

function aboveText(ids: readonly string[]): string {
  return ids.length > 1 ? t('the {0} messages above', ids.length) : t('the message above');
}

function sender({ origin, from }: Message): string {
  if (origin === 'person') return t('Message from you');
  return from === undefined ? t('Message') : t('Message from {0}', from);
}

function newsText({ kind, from = '', outcome = '', text }: Message): string {
  const head = safeLine(knownText(text), longestNewsHead);
  const what = whatHappened(kind, from, outcome);
  return head === '' ? what : `${what} · ${head}`;
}

function whatHappened(kind: Message['kind'], from: string, outcome: string): string {
  if (kind === 'undelivered') return t('{0} did not get what was sent to it', from);
  return kind === 'child_ended' ? t('{0} ended: {1}', from, outcome) : t('{0} waits: {1}', from, outcome);
}

function restOfNews({ from = '' }: Message, text: string): string {
  const isWhole = text.length <= longestNewsHead && !text.includes('\n');
  return isWhole ? '' : `  ${paint('dim', from)}\n${clipped(text, mostNewsLines)}`;
}

function clipped(text: string, most: number): string {
  const lines = text.split('\n');
  const left = lines.length - most;
  return [
    ...lines.slice(0, most).map(line => `  ${line}\n`),
    ...(left > 0 ? [`  ${paint('dim', t('… {0} more lines', left))}\n`] : []),
  ].join('');
}
