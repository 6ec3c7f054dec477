import type { AgentRequest } from '../contracts/agentRequest.ts';
import { type Answer, chosenOptions, questionsOf } from '../views/requestText.ts';
import { safeLine } from '../views/safeText.ts';
import { t } from '../vscode/localize.ts';

/** `more`: another question follows. `unclear`: it is no answer to this. */
export type Reading = Answer | 'more' | 'unclear';

/** Reads what is typed in answer to one request: a letter for a permission, one line for each question. */
export class AnswerLine {
  readonly request: AgentRequest;
  #answers: readonly string[] = [];

  constructor(request: AgentRequest) {
    this.request = request;
  }

  /** What the line takes, for the person. */
  get placeholder(): string {
    if (this.request.kind === 'permission') {
      return this.request.rule === undefined
        ? t('Type y to allow, n to deny (and why), then Enter · Esc: follow-up')
        : t('Type y to allow once, a in this thread, n to deny (and why), then Enter · Esc: follow-up');
    }
    const questions = questionsOf(this.request);
    const question = questions[this.#answers.length];
    const count = question?.options.length ?? 0;
    const what = howToAnswer(count, question?.multiple ?? false);
    if (questions.length < 2 || question === undefined) return t('{0} · Esc: follow-up', what);
    return t(
      '{0}/{1} {2}: {3}',
      this.#answers.length + 1,
      questions.length,
      safeLine(question.header ?? question.question, 40),
      what,
    );
  }

  read(text: string): Reading {
    const typed = text.trim();
    if (this.request.kind === 'permission') return this.#readDecision(typed);
    const questions = questionsOf(this.request);
    const question = questions[this.#answers.length];
    const answer = (question && chosenOptions(typed, question)?.join('\n')) ?? typed;
    this.#answers = [...this.#answers, answer];
    return this.#answers.length < questions.length ? 'more' : { answers: [...this.#answers] };
  }

  /** The last answer did not reach the host: it is given again. */
  takeBack(): void {
    this.#answers = this.#answers.slice(0, -1);
  }

  #readDecision(typed: string): Reading {
    if (/^y(?:es)?$/i.test(typed)) return { decision: 'allow' };
    if (/^a$/i.test(typed) && this.request.rule !== undefined) return { decision: 'allow_thread' };
    const denied = /^no?(?:[\s,.:;]+([\s\S]*))?$/i.exec(typed);
    if (denied === null) return 'unclear';
    const reason = denied[1]?.trim() ?? '';
    return reason === '' ? { decision: 'deny' } : { decision: 'deny', reason };
  }
}

function howToAnswer(options: number, isMultiple: boolean): string {
  if (options === 0) return t('Type the answer');
  if (options === 1) return t('1, or your own words');
  return isMultiple
    ? t('Numbers from 1 to {0}, or your own words', options)
    : t('A number from 1 to {0}, or your own words', options);
}
