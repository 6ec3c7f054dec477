import type { AgentEvent } from '../../contracts/agentEvent.ts';
import { DockError, toToolError } from '../../contracts/errors.ts';
import type { Usage } from '../../contracts/usage.ts';
import type { TurnEnd } from '../driver.ts';
import type { Message, ServerEvent, SessionStatus } from './events.ts';
import { PartEvents } from './partEvents.ts';
import { type Part, partSchema, type StepFinish, type ToolPart } from './parts.ts';
import type { Messages } from './responses.ts';
import { abortedName, classifySessionError, overflowName, type SessionError } from './sessionError.ts';
import { TurnUsage } from './turnUsage.ts';

export interface ProgressOptions {
  readonly workspace: string;
  /** Id of the message that holds the prompt; absent where the person writes it: then the first that comes. */
  readonly promptId: string | undefined;
  readonly emit: (event: AgentEvent) => void;
  /** The turn goes nowhere and is to be stopped. */
  readonly onHopeless: (error: DockError) => void;
}

/** OpenCode asks again at once, for ever, when a model answers with nothing. */
const emptyStepLimit = 5;
/** A wait longer than this is the person's to decide about: the turn ends and can be resumed. */
const retryLimitMs = 10 * 60_000;

/**
 * What is known of one turn from the events of its session. A turn is the message with the prompt, the messages
 * that were added after it (steering, and OpenCode's own after a compaction) and the agent's answers to them.
 */
export class TurnProgress {
  readonly #options: ProgressOptions;
  readonly #parts: PartEvents;
  readonly #usage = new TurnUsage();
  readonly #declined = new Set<string>();
  readonly #inputs = new Map<string, PromiseWithResolvers<ToolPart['state']['input']>>();
  /** Messages of the session by their id, this turn's and any other the server speaks of. */
  readonly #messages = new Map<string, Message>();
  /** Texts of the agent's messages: part id to text, by message. */
  readonly #texts = new Map<string, Map<string, string>>();
  /** What was reported: of the prompt that is worked on. */
  readonly #failures = new Set<string>();
  readonly #compactions = new Set<string>();
  #promptId: string | undefined;
  #lastError: SessionError | undefined;
  #emptySteps = 0;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#promptId = options.promptId;
    this.#parts = new PartEvents({
      workspace: options.workspace,
      emit: options.emit,
      isDeclined: callId => this.#declined.has(callId),
    });
  }

  /** The server has put the prompt into the session. */
  get isTaken(): boolean {
    return this.#prompt() !== undefined;
  }

  /** The agent has begun to answer, or failed to. */
  get hasBegun(): boolean {
    return this.#lastError !== undefined || this.#answers().length > 0;
  }

  get openTools(): number {
    return this.#parts.openTools;
  }

  /** The arguments of a call, once they are told: what it asks for may be told before. */
  inputOf(callId: string): Promise<ToolPart['state']['input']> {
    return this.#input(callId).promise;
  }

  #input(callId: string): PromiseWithResolvers<ToolPart['state']['input']> {
    const input = this.#inputs.get(callId) ?? Promise.withResolvers();
    this.#inputs.set(callId, input);
    return input;
  }

  declined(callId: string): void {
    this.#declined.add(callId);
  }

  /** An event of the session (`isChild`: of one of its sub-agents). */
  event(event: ServerEvent, isChild: boolean): void {
    switch (event.type) {
      case 'message.updated':
        if (!isChild) this.#message(event.properties.info);
        return;
      case 'message.part.updated':
        this.#part(event.properties.part, isChild);
        return;
      case 'message.part.delta':
        if (!isChild && event.properties.field === 'text') {
          this.#parts.delta(event.properties.partID, event.properties.delta);
        }
        return;
      case 'session.status':
        if (!isChild) this.#status(event.properties.status);
        return;
      case 'session.error':
        if (event.properties.error !== undefined) this.#error(event.properties.error, isChild);
        return;
      default:
        return;
    }
  }

  /** What the server's own record says, after events may have been missed. The prompt may lie before its beginning. */
  catchUp(messages: Messages): void {
    const prompt = messages.find(({ info }) => info.id === this.#promptId)?.info ?? this.#prompt();
    for (const { info, parts } of messages) {
      if (prompt === undefined || info.time.created < prompt.time.created) continue;
      this.#messages.set(info.id, info);
      for (const part of parts) {
        const parsed = partSchema.safeParse(part);
        if (parsed.success) this.#part(parsed.data, false);
      }
    }
  }

  /**
   * With the session idle: whether all of `messageIds` (those the turn has sent) are there and the last one has its
   * whole answer, or the turn failed before there was one.
   */
  isSettled(messageIds: readonly string[]): boolean {
    const last = this.#lastAnswer();
    if (last === undefined) return this.#lastError !== undefined;
    if (messageIds.some(id => !this.#messages.has(id))) return false;
    const isAnswered = last.parentID === this.#lastQuestion()?.id;
    return isAnswered && (last.error !== undefined || last.time.completed !== undefined);
  }

  /** Tools that never said how they ended. */
  closeTools(): void {
    this.#parts.close();
  }

  usage(): Usage | undefined {
    return this.#usage.total();
  }

  /** How the turn ended, told from the last answer; called once the session rests. */
  end(): TurnEnd {
    const last = this.#lastAnswer();
    const usage = this.usage();
    const error = this.#finalError(last);
    const text = last === undefined ? '' : this.#textOf(last.id);
    return {
      outcome: error === undefined ? 'completed' : error.code === 'cancelled' ? 'interrupted' : 'failed',
      ...(text === '' ? {} : { result: text }),
      ...(error === undefined ? {} : { error: toToolError(error) }),
      ...(usage === undefined ? {} : { usage }),
    };
  }

  #finalError(last: Message | undefined): DockError | undefined {
    if (last?.error !== undefined) return classifySessionError(last.error);
    if (last?.time.completed === undefined) {
      if (this.#lastError !== undefined) return classifySessionError(this.#lastError);
      return new DockError('invalid_response', 'OpenCode ended the turn without an answer.');
    }
    if (last.finish === 'tool-calls') {
      return new DockError('permission_denied', 'OpenCode ended the turn because a tool was refused.');
    }
    if (last.finish === 'length') {
      this.#options.emit({ type: 'notice', text: 'The answer was cut off at the model’s output limit.' });
    }
    return undefined;
  }

  #message(message: Message): void {
    if (message.role === 'user') {
      this.#promptId ??= message.id;
      // Each prompt there begins something new, which may fail as the last did.
      if (this.#options.promptId === undefined && !this.#messages.has(message.id)) this.#failures.clear();
    }
    this.#messages.set(message.id, message);
  }

  #part(part: Part, isChild: boolean): void {
    if (part.type === 'step-finish') this.#step(part, isChild);
    if (part.type === 'tool') {
      // Pending: they are still being written.
      if (part.state.status !== 'pending') this.#input(part.callID).resolve(part.state.input);
      this.#parts.part(part);
    }
    if (isChild || (part.type !== 'text' && part.type !== 'reasoning')) return;
    const message = this.#messages.get(part.messageID);
    if (message?.role !== 'assistant') return;
    if (message.summary === true) {
      this.#noteCompaction(message.id);
      return;
    }
    if (part.type === 'text') this.#keepText(part.messageID, part.id, part.text);
    this.#parts.part(part);
  }

  #step(step: StepFinish, isChild: boolean): void {
    this.#usage.add(step);
    const usage = this.#usage.total();
    if (usage !== undefined) this.#options.emit({ type: 'usage', usage });
    if (isChild) return;
    const isEmpty = step.reason === 'unknown' && step.tokens.input + step.tokens.output === 0;
    this.#emptySteps = isEmpty ? this.#emptySteps + 1 : 0;
    if (this.#emptySteps < emptyStepLimit) return;
    this.#options.onHopeless(
      new DockError('invalid_response', 'The model service answers with nothing, again and again.', {
        hint: 'Look at the address of the provider in your OpenCode config.',
      }),
    );
  }

  #status(status: SessionStatus): void {
    if (status.type !== 'retry') return;
    const message = `The model service failed: ${status.message ?? 'no reason given'}`;
    const key = `retry ${status.attempt} ${status.message}`;
    if (this.#failures.has(key)) return;
    this.#failures.add(key);
    const waitMs = (status.next ?? 0) - Date.now();
    const isLong = waitMs > retryLimitMs;
    // Only the text tells a rate limit from a service that is down; a long wait is always a limit.
    const isLimit = isLong || /rate.?limit|too many requests/i.test(message);
    const error = new DockError(isLimit ? 'rate_limited' : 'upstream_unavailable', message, {
      ...(isLong
        ? { hint: `The service wants no request before ${new Date(status.next ?? 0).toISOString()}.` }
        : {}),
    });
    this.#options.emit({ type: 'error', error: toToolError(error), will_retry: !isLong });
    if (isLong) this.#options.onHopeless(error);
  }

  #error(error: SessionError, isChild: boolean): void {
    if (!isChild) this.#lastError = error;
    // Every error comes twice or more.
    const key = `${error.name} ${error.data?.message}`;
    if (error.name === abortedName || this.#failures.has(key)) return;
    this.#failures.add(key);
    const willRetry = isChild || error.name === overflowName;
    this.#options.emit({
      type: 'error',
      error: toToolError(classifySessionError(error)),
      will_retry: willRetry,
    });
  }

  #noteCompaction(messageId: string): void {
    if (this.#compactions.has(messageId)) return;
    this.#compactions.add(messageId);
    this.#options.emit({
      type: 'notice',
      text: 'The session got too long; OpenCode goes on from a digest of it.',
    });
  }

  #keepText(messageId: string, partId: string, text: string): void {
    const texts = this.#texts.get(messageId) ?? new Map<string, string>();
    this.#texts.set(messageId, texts.set(partId, text));
  }

  #textOf(messageId: string): string {
    return [...(this.#texts.get(messageId)?.values() ?? [])].filter(text => text !== '').join('\n');
  }

  #prompt(): Message | undefined {
    return this.#promptId === undefined ? undefined : this.#messages.get(this.#promptId);
  }

  /** The turn's messages to the agent, oldest first. */
  #questions(): Message[] {
    const prompt = this.#prompt();
    if (prompt === undefined) return [];
    return [...this.#messages.values()]
      .filter(({ role, time }) => role === 'user' && time.created >= prompt.time.created)
      .sort((left, right) => left.time.created - right.time.created);
  }

  #lastQuestion(): Message | undefined {
    return this.#questions().at(-1);
  }

  #answers(): Message[] {
    const questions = new Set(this.#questions().map(({ id }) => id));
    return [...this.#messages.values()]
      .filter(({ role, parentID }) => role === 'assistant' && questions.has(parentID ?? ''))
      .sort((left, right) => left.time.created - right.time.created);
  }

  #lastAnswer(): Message | undefined {
    return this.#answers().at(-1);
  }
}
