import { DockError } from '../../contracts/errors.ts';
import type { PermissionAnswer, TurnSink } from '../driver.ts';
import type { OpencodeApi } from './api.ts';
import { type DecisionPlace, decideAlone, describeRequest } from './decidePermission.ts';
import type { PermissionAsked, QuestionAsked } from './events.ts';

export interface RequestAnswererOptions extends DecisionPlace {
  readonly api: OpencodeApi;
  readonly directory: string;
  readonly sink: TurnSink;
  /** The permission of this call is refused. */
  readonly onDeclined: (callId: string) => void;
  /** The turn must not go on. */
  readonly onFailure: (error: DockError) => void;
}

const noQuestions =
  'Nobody can answer questions in this session. Decide by yourself, or end your turn with the question as your report.';

/** Answers what OpenCode asks for during one turn, each request once. */
export class RequestAnswerer {
  readonly #options: RequestAnswererOptions;
  readonly #seen = new Set<string>();
  readonly #allowed = new Set<string>();

  constructor(options: RequestAnswererOptions) {
    this.#options = options;
  }

  permission(asked: PermissionAsked): void {
    if (this.#isNew(asked.id)) void this.#run(this.#answer(asked));
  }

  question(asked: QuestionAsked): void {
    if (!this.#isNew(asked.id)) return;
    const { api, directory } = this.#options;
    const answers = asked.questions.map(() => [noQuestions]);
    void this.#run(api.answerQuestion(directory, asked.id, answers));
  }

  /**
   * The password of the server can be read by whatever runs as the same user, the agents' shells included. A consent
   * that did not come from here is nobody's consent.
   */
  replied(requestId: string, reply: string): void {
    // A refusal takes the session's other open requests with it.
    if (reply === 'reject' || this.#allowed.has(requestId)) return;
    this.#options.onFailure(
      new DockError('permission_denied', 'A permission of this turn was granted past AgentDock.', {
        hint: 'The agent or another program talks to OpenCode’s server by itself. Look at what the thread did.',
      }),
    );
  }

  #isNew(id: string): boolean {
    const isNew = !this.#seen.has(id);
    this.#seen.add(id);
    return isNew;
  }

  async #answer(asked: PermissionAsked): Promise<void> {
    const { api, directory, sink, onDeclined } = this.#options;
    const answer: PermissionAnswer =
      decideAlone(asked, this.#options) ??
      (await sink.permission(describeRequest(asked), new AbortController().signal));
    if (answer.allow) {
      this.#allowed.add(asked.id);
      await api.allow(directory, asked.id);
      return;
    }
    if (asked.tool !== undefined) onDeclined(asked.tool.callID);
    await api.refuse(directory, asked.id, answer.reason || 'Refused.');
  }

  async #run(answering: Promise<unknown>): Promise<void> {
    try {
      await answering;
    } catch (error) {
      // The request is gone: its call was stopped, or refused together with another one.
      if (error instanceof DockError && error.code === 'not_found') return;
      this.#options.onFailure(
        error instanceof DockError ? error : new DockError('unknown', String(error), { cause: error }),
      );
    }
  }
}
