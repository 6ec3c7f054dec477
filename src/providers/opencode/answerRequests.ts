import { setTimeout as pause } from 'node:timers/promises';
import { DockError } from '../../contracts/errors.ts';
import type { PermissionAnswer, TurnSink } from '../driver.ts';
import type { OpencodeApi } from './api.ts';
import { asDockError } from './asDockError.ts';
import { answersFor, questionOf } from './askQuestion.ts';
import { type DecisionPlace, decideAlone } from './decidePermission.ts';
import { describeRequest } from './describeRequest.ts';
import type { PermissionAsked, QuestionAsked } from './events.ts';
import { isGone } from './isGone.ts';
import { OwnReplies, type RequestKind, replies } from './ownReplies.ts';
import type { ToolPart } from './parts.ts';

export interface RequestAnswererOptions extends DecisionPlace {
  readonly api: OpencodeApi;
  readonly directory: string;
  readonly sink: TurnSink;
  /** Aborts when the turn is stopped or over. */
  readonly signal: AbortSignal;
  /** The arguments of a call, when they become known. */
  readonly inputOf: (callId: string) => Promise<ToolPart['state']['input']>;
  /** The permission of this call is refused. */
  readonly onDeclined: (callId: string) => void;
  /** The turn must not go on. */
  readonly onFailure: (error: DockError) => void;
  /** Somebody else holds the server's password. */
  readonly onBreach: (error: DockError) => void;
  /** Whether an answer that comes now may be the person's, in OpenCode's own terminal, to a request that came at `askedAt`. */
  readonly isPersons?: (askedAt: number) => boolean;
}

/** OpenCode tells the arguments of a call at about the time the call asks; then the person is asked without them. */
const inputLimitMs = 2_000;

type Asked = PermissionAsked | QuestionAsked;

function kindOf(asked: Asked): RequestKind {
  return 'permission' in asked ? 'permission' : 'question';
}

/** One that waits for its answer. */
interface Waiting {
  readonly asked: Asked;
  readonly withdrawn: AbortController;
}

/** Answers what OpenCode asks for during one turn, each request once, and notices when another one answers. */
export class RequestAnswerer {
  readonly #options: RequestAnswererOptions;
  readonly #replies = new OwnReplies();
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: RequestAnswererOptions) {
    this.#options = options;
  }

  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  permission(asked: PermissionAsked): void {
    if (!this.#replies.asked(asked.id, 'permission', asked.sessionID)) return;
    void this.#run(asked, signal => this.#permit(asked, signal));
  }

  question(asked: QuestionAsked): void {
    if (!this.#replies.asked(asked.id, 'question', asked.sessionID)) return;
    void this.#run(asked, signal => this.#reply(asked, signal));
  }

  permissionReplied(id: string, reply: string): void {
    const persons = replies.find(one => one === reply);
    if (persons !== undefined && this.#isPersons(id)) {
      this.#replies.permissionSent(id, persons);
      const call = this.#waiting.get(id)?.asked.tool;
      if (persons === 'reject' && call !== undefined) this.#options.onDeclined(call.callID);
    }
    const { isOurs, takenAlong } = this.#replies.permissionReplied(id, reply);
    if (!isOurs) this.#breach('A permission of this turn was answered past AgentDock.');
    for (const other of [id, ...takenAlong]) this.#withdraw(other);
  }

  questionReplied(id: string, answers: readonly (readonly string[])[]): void {
    const isOurs = this.#replies.questionReplied(id, answers) || this.#isPersons(id);
    if (!isOurs) this.#breach('A question of this turn was answered past AgentDock.');
    this.#withdraw(id);
  }

  questionRejected(id: string): void {
    if (!this.#isPersons(id)) this.#breach('A question of this turn was refused past AgentDock.');
    this.#withdraw(id);
  }

  /** A call has ended: what it asked for needs no answer any more. */
  callEnded({ messageID, callID }: Pick<ToolPart, 'messageID' | 'callID'>): void {
    for (const [id, { asked }] of this.#waiting) {
      if (asked.tool?.messageID === messageID && asked.tool.callID === callID) this.#withdraw(id);
    }
  }

  /** Ids of those that wait here. */
  waiting(kind: RequestKind): readonly string[] {
    return [...this.#waiting].filter(([, { asked }]) => kindOf(asked) === kind).map(([id]) => id);
  }

  /** OpenCode does not have these any more: what still waits here was answered by somebody else. */
  gone(ids: readonly string[]): void {
    for (const id of ids) {
      if (!this.#waiting.has(id)) continue;
      if (!this.#replies.mayBeTakenAlong(id) && !this.#isPersons(id))
        this.#breach('A request of this turn was answered past AgentDock.');
      this.#withdraw(id);
    }
  }

  #isPersons(id: string): boolean {
    const at = this.#replies.askedAt(id);
    return at !== undefined && this.#options.isPersons?.(at) === true;
  }

  #breach(message: string): void {
    this.#options.onBreach(
      new DockError('permission_denied', message, {
        hint: 'The agent or another program talks to OpenCode’s server by itself. Look at what the thread did.',
      }),
    );
  }

  #withdraw(id: string): void {
    this.#waiting.get(id)?.withdrawn.abort();
    this.#waiting.delete(id);
  }

  async #permit(asked: PermissionAsked, signal: AbortSignal): Promise<void> {
    const { api, directory, onDeclined } = this.#options;
    const answer = decideAlone(asked, this.#options) ?? (await this.#askPerson(asked, signal));
    signal.throwIfAborted();
    this.#waiting.delete(asked.id);
    this.#replies.permissionSent(asked.id, answer.allow ? 'once' : 'reject');
    if (answer.allow) {
      await api.allow(directory, asked.id);
      return;
    }
    if (asked.tool !== undefined) onDeclined(asked.tool.callID);
    await api.refuse(directory, asked.id, answer.reason || 'Refused.');
  }

  async #askPerson(asked: PermissionAsked, signal: AbortSignal): Promise<PermissionAnswer> {
    const { sink, inputOf } = this.#options;
    const late = pause(inputLimitMs, undefined, { ref: false });
    const input = asked.tool && (await Promise.race([inputOf(asked.tool.callID), late]));
    signal.throwIfAborted();
    return await sink.permission(describeRequest(asked, this.#options, input), signal);
  }

  async #reply(asked: QuestionAsked, signal: AbortSignal): Promise<void> {
    const { api, directory, sink } = this.#options;
    const answers = answersFor(asked, await sink.question(questionOf(asked), signal));
    signal.throwIfAborted();
    this.#waiting.delete(asked.id);
    this.#replies.questionSent(asked.id, answers);
    await api.answerQuestion(directory, asked.id, answers);
  }

  async #run(asked: Asked, answer: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const withdrawn = new AbortController();
    const signal = AbortSignal.any([withdrawn.signal, this.#options.signal]);
    this.#waiting.set(asked.id, { asked, withdrawn });
    try {
      await answer(signal);
    } catch (error) {
      // Nobody needs the answer: the call was stopped, or refused together with another one.
      if (signal.aborted || isGone(error)) return;
      this.#options.onFailure(asDockError(error));
    } finally {
      this.#waiting.delete(asked.id);
    }
  }
}
