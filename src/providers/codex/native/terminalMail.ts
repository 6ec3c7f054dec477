import { randomUUID } from 'node:crypto';
import { DockError } from '../../../contracts/errors.ts';
import type { TurnSink } from '../../driver.ts';
import type { AppServer } from '../appServer.ts';
import { toDockError } from '../classifyError.ts';
import { RpcError } from '../connection.ts';
import { isLargePrompt, sendPrompt } from '../prompt.ts';
import type { Session } from '../session.ts';
import type { TerminalTalk } from './terminalTalk.ts';

interface TerminalMailOptions {
  readonly sink: TurnSink;
  readonly talk: Pick<TerminalTalk, 'expectMessage' | 'takeQuestions' | 'nextWord'>;
  readonly server: () => AppServer | undefined;
  readonly session: () => Session | undefined;
  readonly stopping: AbortSignal;
  readonly fail: (error: unknown) => void;
}

/**
 * What AgentDock says to the agent of a terminal: it starts a turn of Codex's through the server, so that nothing goes by
 * the keyboard and what the person is typing stays as it is.
 */
export class TerminalMail {
  readonly #options: TerminalMailOptions;
  #underWay = 0;

  constructor(options: TerminalMailOptions) {
    this.#options = options;
  }

  /** A text is under way, or it is asked whether there is one. */
  get isBusy(): boolean {
    return this.#underWay > 0;
  }

  /** The turn's own prompt, with the model the thread is to begin with. */
  async begin(prompt: string, messageId: string): Promise<void> {
    await this.#trySay(prompt, messageId, this.#options.session()?.turnSettings);
  }

  /** Resolves when it is part of the conversation. */
  async say(text: string, messageId: string, settings = this.#mode()): Promise<void> {
    const [server, session] = [this.#options.server(), this.#options.session()];
    if (server === undefined || session === undefined || !server.isAlive()) {
      throw new DockError('conflict', 'The terminal does not take messages any more.');
    }
    this.#underWay += 1;
    try {
      // A large one is kept without its id.
      const taken = isLargePrompt(text) ? undefined : this.#options.talk.expectMessage(messageId, text);
      await sendPrompt(server.connection, { sessionId: session.id, prompt: text, messageId, settings });
      await taken;
    } catch (error) {
      throw error instanceof RpcError ? new DockError('conflict', error.message, { cause: error }) : error;
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Codex has ended a turn: what waits for the agent comes before the rest, as with a tool's reply. */
  async atRest(isDone: boolean): Promise<void> {
    const text = isDone ? await this.#take() : undefined;
    const isBrought = text === undefined || (await this.#trySay(text, randomUUID()));
    if (!isBrought) this.#options.sink.notBrought?.();
    this.#askAside();
  }

  async #take(): Promise<string | undefined> {
    const { sink, stopping } = this.#options;
    this.#underWay += 1;
    try {
      return await sink.takeMessages?.(stopping);
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Whether it surely has arrived. */
  async #trySay(text: string, messageId: string, settings = this.#mode()): Promise<boolean> {
    const { sink, stopping } = this.#options;
    try {
      await this.say(text, messageId, settings);
      return true;
    } catch (error) {
      if (stopping.aborted) return false;
      const why = toDockError(error).message;
      sink.event({ type: 'notice', text: `A message of AgentDock’s may not have arrived: ${why}` });
      return false;
    }
  }

  /** What the agent asked while it went on: whoever answers first, here or in the terminal. */
  #askAside(): void {
    const { sink, talk, fail } = this.#options;
    const questions = talk.takeQuestions();
    if (questions.length === 0) return;
    const signal = talk.nextWord();
    const ask = async (): Promise<void> => {
      const { answers } = await sink.question({ questions }, signal);
      if (signal.aborted) return;
      const parts = questions.map(({ question }, index) => `${question}\n${answers[index] ?? ''}`);
      await this.#trySay(parts.join('\n\n'), randomUUID());
    };
    ask().catch((error: unknown) => {
      if (!signal.aborted) fail(error);
    });
  }

  /** A model or an effort that the person has chosen there stays. */
  #mode(): Readonly<Record<string, unknown>> {
    const { approvalPolicy, permissions } = this.#options.session()?.turnSettings ?? {};
    return { approvalPolicy, permissions };
  }
}
