import type { Question } from '../contracts/agentRequest.ts';
import type { StateChange } from '../contracts/journalEvent.ts';
import type { TextRef } from '../contracts/text.ts';
import { knownText } from '../views/knownText.ts';
import { questionsOf, ruleText } from '../views/requestText.ts';
import { safeLine, safeText } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';
import { answerLines } from './answerLines.ts';
import { diffLines } from './diffLines.ts';
import { paint } from './styles.ts';

type Of<Type extends StateChange['type']> = Extract<StateChange, { type: Type }>;
type Request = Of<'request.opened'>['request'];

const gutter = paint('yellow', '  │ ');
const end = paint('yellow', '  └ ');

/** What an agent asks of the person as text: all of it, since it is what gets decided about; then how it was answered. */
export class RequestBlocks {
  readonly #open = new Map<string, Request>();

  /** True while the request stands above without an answer. */
  has(id: string): boolean {
    return this.#open.has(id);
  }

  /** `who`: the agent's name. */
  opened({ request }: Of<'request.opened'>, who: string): string {
    this.#open.set(request.id, request);
    const head =
      request.kind === 'question'
        ? t('{0} asks', who)
        : t('{0} wants to use {1}', who, safeLine(request.tool ?? '', 60));
    const lines = request.kind === 'question' ? questionLines(request) : permissionLines(request);
    return `${paint('attention', `◆ ${head}`)}\n${lines.map(line => `${gutter}${line}\n`).join('')}`;
  }

  /** `isBelow`: the request is the last thing written. */
  answered(event: Of<'request.answered'>, isBelow: boolean): string {
    const request = this.#take(event.request_id);
    return this.#ended(answerLines(event, request?.detached ?? true), request, isBelow);
  }

  closed(event: Of<'request.closed'>, isBelow: boolean): string {
    const request = this.#take(event.request_id);
    return this.#ended([paint('dim', `⊘ ${safeLine(event.reason, 500)}`)], request, isBelow);
  }

  /** A turn that ended takes along what it waited for. */
  turnEnded(): void {
    for (const [id, { detached }] of this.#open) if (!detached) this.#open.delete(id);
  }

  clear(): void {
    this.#open.clear();
  }

  #ended([first = '', ...others]: readonly string[], request: Request | undefined, isBelow: boolean): string {
    const name =
      isBelow || request === undefined ? '' : `${paint('attention', '◆')} ${safeLine(request.title)}\n`;
    return `${name}${end}${first}\n${others.map(line => `    ${line}\n`).join('')}`;
  }

  #take(id: string): Request | undefined {
    const request = this.#open.get(id);
    this.#open.delete(id);
    return request;
  }
}

function permissionLines({ detail, diff, rule }: Request): string[] {
  return [
    ...wholeLines(detail).map(line => paint('bold', line)),
    ...leftLine(detail),
    ...(diff === undefined ? [] : ['', ...diffLines(diff)]),
    ...(rule === undefined ? [] : [paint('dim', t('a allows in this thread: {0}', ruleText(rule)))]),
  ];
}

function questionLines(request: Request): string[] {
  const questions = questionsOf(request);
  const isOne = questions.length === 1;
  return [
    ...questions.flatMap((question, index) => [
      ...(index > 0 ? [''] : []),
      ...oneQuestion(question, isOne ? '' : `${index + 1}/${questions.length} `),
    ]),
    ...(request.questions.length > 0 ? [] : leftLine(request.detail)),
  ];
}

function oneQuestion({ question, options, multiple }: Question, number: string): string[] {
  const [first = '', ...others] = safeText(question).trimEnd().split('\n');
  const several = multiple ? ` ${paint('dim', t('(several may be chosen)'))}` : '';
  return [
    `${paint('dim', number)}${paint('bold', first)}${others.length === 0 ? several : ''}`,
    ...others.map((line, index) => paint('bold', line) + (index === others.length - 1 ? several : '')),
    ...options.map(({ label, description }, index) => {
      const about = description === undefined ? '' : paint('dim', ` – ${safeLine(description, 400)}`);
      return `${paint('cyan', `${index + 1}`)} ${safeLine(label, 400)}${about}`;
    }),
  ];
}

function wholeLines(text: TextRef): string[] {
  return safeText(knownText(text)).trimEnd().split('\n');
}

/** A very long text is not known as a whole: nobody should take its beginning for all of it. */
function leftLine(text: TextRef): string[] {
  if ('text' in text) return [];
  return [paint('yellow', t('… {0} more characters: Answer… shows them', text.length - text.head.length))];
}
