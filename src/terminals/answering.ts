import type { AgentRequest } from '../contracts/agentRequest.ts';
import { AnswerLine } from './answerLine.ts';

/**
 * Stands behind an input line that takes an answer. The terminal answers it once it has shown the request, and before
 * any key that is pressed after that: a mode that no terminal knows.
 */
export const shownMark = '\u001b[?7728$p';
export const shownMarkAnswer = '\u001b[?7728;0$y';

/**
 * Which request a typed line is for. That is settled by the line's first key: only a request that the person could see
 * then. What was begun before it came stays a follow-up, and an answer to a request that is gone answers no other.
 */
export class Answering {
  #line: AnswerLine | undefined;
  /** Requests whose marks are on their way, oldest first. */
  readonly #marked: string[] = [];
  readonly #seen = new Set<string>();
  /** The person wants to write a follow-up although something is asked. */
  #isPutOff = false;
  #begun: AnswerLine | undefined;

  /** What can be answered now: the request to answer first, once it stands in the transcript. */
  offer(request: AgentRequest | undefined): void {
    if (request?.id === this.#line?.request.id) return;
    this.#line = request === undefined ? undefined : new AnswerLine(request);
    this.#isPutOff = false;
  }

  get isOffered(): boolean {
    return this.#line !== undefined;
  }

  /** The request the input line invites to answer. */
  get line(): AnswerLine | undefined {
    return this.#isPutOff ? undefined : this.#line;
  }

  /** The request that the line being typed is for; undefined for a follow-up. */
  get begun(): AnswerLine | undefined {
    return this.#begun;
  }

  /** True when nobody waits any more for the line being typed. */
  get isLate(): boolean {
    return this.#begun !== undefined && this.#begun !== this.#line;
  }

  /** How the input line looks, empty or with what is typed. */
  look(isEmpty: boolean): { readonly isAnswer: boolean; readonly isApart: boolean } {
    const line = isEmpty ? this.line : this.#begun;
    return { isAnswer: line !== undefined, isApart: this.isOffered };
  }

  /** To be written behind an empty input line that invites to answer; once for each request. */
  mark(): string {
    const id = this.line?.request.id;
    if (id === undefined || this.#seen.has(id) || this.#marked.includes(id)) return '';
    this.#marked.push(id);
    return shownMark;
  }

  /** The terminal has shown the oldest of the marks. */
  markShown(): void {
    const id = this.#marked.shift();
    if (id !== undefined) this.#seen.add(id);
  }

  /** The first key of a line. */
  begin(): void {
    const { line } = this;
    this.#begun = line !== undefined && this.#seen.has(line.request.id) ? line : undefined;
  }

  /** Changes between answering and a follow-up. */
  putOff(): void {
    this.#isPutOff = this.#line !== undefined && !this.#isPutOff;
    this.#begun = undefined;
  }
}
