import type { Question } from '../../../contracts/agentRequest.ts';

/** The person's next word in a terminal, and what the agent asked aside until then: any word may be the answer. */
export class NextWord {
  #questions: readonly Question[] = [];
  #awaited = new AbortController();

  /** Aborted by it. */
  get signal(): AbortSignal {
    return this.#awaited.signal;
  }

  asked(question: Question): void {
    this.#questions = [...this.#questions, question];
  }

  takeQuestions(): readonly Question[] {
    const taken = this.#questions;
    this.#questions = [];
    return taken;
  }

  said(): void {
    this.#questions = [];
    this.#awaited.abort();
    this.#awaited = new AbortController();
  }
}
