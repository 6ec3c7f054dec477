import type { TurnRequest, TurnSink } from '../../driver.ts';
import { RequestAnswerer } from '../answerRequests.ts';
import type { OpencodeApi } from '../api.ts';
import { makeCatchUp } from '../catchUp.ts';
import type { Message, ReadEvent, ServerEvent } from '../events.ts';
import { isGone } from '../isGone.ts';
import type { OpenSession } from '../openSession.ts';
import type { Part } from '../parts.ts';
import { makeSessionRoutes } from '../sessionRoutes.ts';
import type { TurnProgress } from '../turnProgress.ts';
import { untilAnswered } from '../untilAnswered.ts';

export interface TerminalSessionsOptions {
  readonly api: OpencodeApi;
  readonly session: Pick<OpenSession, 'id' | 'directory' | 'place'>;
  readonly progress: TurnProgress;
  readonly request: Pick<TurnRequest, 'permissionMode' | 'workspace'>;
  readonly sink: TurnSink;
  /** Aborts when the terminal is to end or has ended. */
  readonly signal: AbortSignal;
  /** Whether an answer now may be the person's, to a request that came at `askedAt`. */
  readonly isPersons: (askedAt: number) => boolean;
  /** The terminal has taken what the person wrote. */
  readonly onTaken: () => void;
  /** The agent rests; `isGood`: it has come to the end of its work. */
  readonly onRest: (isGood: boolean) => void;
  readonly onFailure: (error: unknown) => void;
}

/** A message of ours on its way. */
export interface Sending {
  /** It was not taken. */
  refused(): void;
  /** It may have been taken: whether there is work is asked. */
  unanswered(): void;
}

/** Who is to answer, as the person has chosen it there. */
export type Chosen = Pick<Message, 'agent' | 'model'>;

/** What happens in the sessions of one terminal. The person may go to another one there: the thread goes with them. */
export class TerminalSessions {
  readonly #options: TerminalSessionsOptions;
  readonly #routes = makeSessionRoutes();
  readonly #answerer: RequestAnswerer;
  /** Sessions of ours, without sub-agents', and those that cannot be the thread's. */
  readonly #met = new Map<string, 'followed' | 'foreign'>();
  readonly #children = new Set<string>();
  readonly #busy = new Set<string>();
  readonly #own = new Set<string>();
  /** Messages to the agent, ours and the person's. */
  readonly #prompts = new Set<string>();
  readonly #told = new Set<string>();
  #current: string;
  #chosen: Chosen = {};
  #hasFailed = false;
  /** Events are dealt with one after the other, since some must be looked at first. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: TerminalSessionsOptions) {
    const { api, session, request, progress, sink, signal, isPersons, onFailure } = options;
    this.#options = options;
    this.#answerer = new RequestAnswerer({
      ...{ api, sink, signal, isPersons, onFailure, onBreach: onFailure },
      directory: session.directory,
      place: session.place,
      mode: request.permissionMode,
      workspace: request.workspace,
      inputOf: callId => progress.inputOf(callId),
      onDeclined: callId => progress.declined(callId),
    });
    this.#current = session.id;
    this.#follow(session.id);
  }

  get current(): string {
    return this.#current;
  }

  get chosen(): Chosen {
    return this.#chosen;
  }

  get isIdle(): boolean {
    return this.#busy.size === 0;
  }

  get isAsking(): boolean {
    return this.#answerer.isWaiting;
  }

  /** A message of ours is about to be sent: there is work. Call one of them when it was not taken, or nobody knows. */
  sending(messageId: string): Sending {
    const session = this.#current;
    this.#own.add(messageId);
    const began = !this.#busy.has(session);
    if (began) this.#begin(session);
    return {
      refused: () => {
        if (began) this.#busy.delete(session);
      },
      unanswered: () => void this.#lookForRest(session),
    };
  }

  take(read: ReadEvent): void {
    this.#last = this.#last.then(() => this.#handle(read)).catch(this.#options.onFailure);
  }

  async #handle(read: ReadEvent): Promise<void> {
    if (read.kind === 'event') {
      const { event, sessionId } = read;
      if (event.type === 'session.created' && event.properties.info.parentID !== undefined)
        this.#children.add(event.properties.info.id);
      const isPrompt = event.type === 'message.updated' && event.properties.info.role === 'user';
      if (isPrompt && sessionId !== undefined && sessionId !== this.#current) await this.#meet(sessionId);
    }
    this.#routes.deliver(read);
  }

  /** A prompt came in a session other than the one before. */
  async #meet(id: string): Promise<void> {
    if (this.#children.has(id) || this.#met.get(id) === 'foreign') return;
    const { api, session, sink } = this.#options;
    if (!this.#met.has(id)) {
      const { parentID, directory } = await api.session(session.directory, id);
      if (parentID !== undefined) {
        // One that goes on from an earlier turn.
        this.#children.add(id);
        this.#routes.adopt(id, this.#current);
        return;
      }
      if (directory !== session.directory) {
        this.#met.set(id, 'foreign');
        const text = `The session ${id} belongs to ${directory}: AgentDock does not follow it there.`;
        sink.event({ type: 'notice', text });
        return;
      }
      this.#follow(id);
    }
    this.#current = id;
    await sink.sessionBound({ id });
  }

  #follow(id: string): void {
    const { api, session, progress, sink, signal } = this.#options;
    this.#met.set(id, 'followed');
    this.#routes.listen(id, {
      event: (event, isChild) => this.#onEvent(event, isChild, id),
      unparsed: text => sink.event({ type: 'unparsed', line: { text } }),
      reconnected: makeCatchUp({
        ...{ api, progress, sink, signal },
        session: { id, directory: session.directory },
        answerer: this.#answerer,
        // Nobody but this terminal is served by it.
        isOurs: async () => true,
        onIdle: () => this.#onStatus('idle', id),
        onFailure: error => this.#failedLook(error),
      }),
    });
  }

  #onEvent(event: ServerEvent, isChild: boolean, session: string): void {
    this.#options.progress.event(event, isChild);
    switch (event.type) {
      case 'permission.asked':
        this.#answerer.permission(event.properties);
        return;
      case 'permission.replied':
        this.#answerer.permissionReplied(event.properties.requestID, event.properties.reply);
        return;
      case 'question.asked':
        this.#answerer.question(event.properties);
        return;
      case 'question.replied':
        this.#answerer.questionReplied(event.properties.requestID, event.properties.answers);
        return;
      case 'question.rejected':
        this.#answerer.questionRejected(event.properties.requestID);
        return;
      case 'message.updated':
        if (!isChild) this.#onMessage(event.properties.info);
        return;
      case 'message.part.updated':
        this.#onPart(event.properties.part);
        return;
      case 'session.status':
        if (!isChild) this.#onStatus(event.properties.status.type, session);
        return;
      case 'session.error':
        if (isChild) return;
        this.#hasFailed = true;
        // What fails before it begins never says that it is idle.
        void this.#lookForRest(session);
        return;
      default:
        return;
    }
  }

  #onMessage({ id, role, agent, model }: Message): void {
    if (role !== 'user') return;
    this.#prompts.add(id);
    if (!this.#own.has(id)) this.#chosen = { agent, model };
  }

  #onPart(part: Part): void {
    if (part.type === 'tool' && part.state.status !== 'pending' && part.state.status !== 'running')
      this.#answerer.callEnded(part);
    // Synthetic: OpenCode's own words, as after a compaction.
    if (part.type !== 'text' || part.synthetic === true) return;
    if (!this.#prompts.has(part.messageID) || this.#told.has(part.id)) return;
    this.#told.add(part.id);
    if (!this.#own.has(part.messageID)) this.#options.onTaken();
    this.#options.sink.event({ type: 'steered', text: { text: part.text } });
  }

  #onStatus(status: string, session: string): void {
    if (status !== 'idle') this.#begin(session);
    else if (this.#busy.delete(session) && this.isIdle) this.#options.onRest(!this.#hasFailed);
  }

  #begin(session: string): void {
    if (this.isIdle) this.#hasFailed = false;
    this.#busy.add(session);
    this.#options.sink.worked?.();
  }

  async #lookForRest(id: string): Promise<void> {
    const { api, session, signal } = this.#options;
    try {
      const isIdle = await untilAnswered(() => api.isIdle(session.directory, id), signal);
      if (isIdle) this.#onStatus('idle', id);
    } catch (error) {
      this.#failedLook(error);
    }
  }

  /** A session that is gone was deleted by the person there. */
  #failedLook(error: unknown): void {
    const { signal, onFailure } = this.#options;
    if (!signal.aborted && !isGone(error)) onFailure(error);
  }
}
