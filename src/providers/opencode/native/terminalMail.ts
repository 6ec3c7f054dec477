import { randomUUID } from 'node:crypto';
import { toToolError } from '../../../contracts/errors.ts';
import { definedOnly } from '../../../core/definedOnly.ts';
import type { TurnSink } from '../../driver.ts';
import type { OpencodeApi } from '../api.ts';
import { isRefusal } from '../isRefusal.ts';
import { messageIdFor } from '../messageId.ts';
import type { OpenSession } from '../openSession.ts';
import type { TerminalSessions } from './terminalSessions.ts';

export interface TerminalMailOptions {
  readonly api: Pick<OpencodeApi, 'prompt'>;
  readonly session: Pick<OpenSession, 'directory' | 'system' | 'model'>;
  readonly sessions: Pick<TerminalSessions, 'chosen' | 'current' | 'isIdle' | 'sending'>;
  readonly sink: TurnSink;
  /** Aborts when the terminal has ended. */
  readonly over: AbortSignal;
}

/** What AgentDock says to the agent of a terminal. */
export class TerminalMail {
  readonly #options: TerminalMailOptions;

  constructor(options: TerminalMailOptions) {
    this.#options = options;
  }

  /** Beside what the person types: OpenCode takes it over its server, and shows it. */
  async say(text: string, id: string): Promise<void> {
    const { api, session, sessions } = this.#options;
    const { directory, system, model } = session;
    const { agent, model: chosen } = sessions.chosen;
    const messageId = messageIdFor(id);
    const sending = sessions.sending(messageId);
    try {
      await api.prompt({
        ...{ sessionId: sessions.current, directory, messageId, text, system, agent },
        model:
          chosen === undefined
            ? model
            : {
                providerId: chosen.providerID,
                modelId: chosen.modelID,
                ...definedOnly({ variant: chosen.variant }),
              },
      });
    } catch (error) {
      if (isRefusal(error)) sending.refused();
      else sending.unanswered();
      throw error;
    }
  }

  /** What waits for the agent is given to it before it rests; else messages come when they come. */
  async atRest(isGood: boolean): Promise<void> {
    const { sink, sessions, over } = this.#options;
    const text = isGood ? await sink.takeMessages?.(over) : undefined;
    if (text === undefined) {
      sink.rested?.();
      return;
    }
    try {
      await this.say(text, randomUUID());
    } catch (error) {
      sink.notBrought?.();
      const notice = `A message may not have arrived: ${toToolError(error).message}`;
      sink.event({ type: 'notice', text: notice });
      if (sessions.isIdle) sink.rested?.();
    }
  }
}
