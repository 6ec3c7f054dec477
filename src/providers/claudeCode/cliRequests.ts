import type { PermissionMode } from '../../contracts/thread.ts';
import type { TurnSink } from '../driver.ts';
import type { ControlRequest } from './messages.ts';
import { allowResponse, denyResponse, hookResponse, unsupportedResponse } from './outgoing.ts';
import { permissionRequest } from './permissionRequest.ts';
import { decideAlone } from './permissions.ts';
import { readQuestions } from './questions.ts';
import { answerBeforeCall, refusedToSubAgent } from './subAgents.ts';

export interface Reply {
  readonly response: object;
  /** The call that was refused. */
  readonly declined?: string;
}

export interface AnsweringOptions {
  readonly mode: PermissionMode;
  readonly workspace: string;
  readonly sink: Pick<TurnSink, 'permission' | 'question'>;
}

/** What the CLI waits for: answered by the mode itself, or by whoever answers the host. */
export class CliRequests {
  readonly #options: AnsweringOptions;
  readonly #open = new Map<string, AbortController>();
  #isClosed = false;

  constructor(options: AnsweringOptions) {
    this.#options = options;
  }

  get isWaiting(): boolean {
    return this.#open.size > 0;
  }

  /** Undefined when nobody needs the answer any more. Rejects with what the host rejects. */
  async answer(message: ControlRequest): Promise<Reply | undefined> {
    if (this.#isClosed) return undefined;
    const stop = new AbortController();
    this.#open.set(message.request_id, stop);
    try {
      const reply = await this.#decide(message, stop.signal);
      return stop.signal.aborted ? undefined : reply;
    } catch (error) {
      if (stop.signal.aborted) return undefined;
      throw error;
    } finally {
      this.#open.delete(message.request_id);
    }
  }

  /** The CLI has taken a request back. */
  withdraw(requestId: string): void {
    this.#open.get(requestId)?.abort();
  }

  /** The turn is stopped, or its process is gone. */
  close(): void {
    this.#isClosed = true;
    this.withdrawAll();
  }

  withdrawAll(): void {
    for (const stop of this.#open.values()) stop.abort();
  }

  async #decide({ request_id: id, request }: ControlRequest, signal: AbortSignal): Promise<Reply> {
    const { mode, workspace, sink } = this.#options;
    const { subtype, tool_name: tool, tool_use_id: call, input } = request;
    if (subtype === 'hook_callback') {
      const refused = refusedToSubAgent(input);
      const response = hookResponse(id, answerBeforeCall(refused));
      return refused !== undefined && typeof call === 'string' ? { response, declined: call } : { response };
    }
    if (subtype !== 'can_use_tool' || tool === undefined) {
      return { response: unsupportedResponse(id, subtype) };
    }
    const asked = tool === 'AskUserQuestion' ? readQuestions(input) : undefined;
    if (asked !== undefined) {
      const answer = await sink.question(asked.request, signal);
      return { response: allowResponse(id, asked.answered(answer)) };
    }
    const ask = async () => {
      const permission = await permissionRequest(tool, input, workspace);
      signal.throwIfAborted();
      return await sink.permission(permission, signal);
    };
    const answer = decideAlone(mode, tool) ?? (await ask());
    if (answer.allow) return { response: allowResponse(id, input) };
    const response = denyResponse(id, answer.reason);
    return typeof call === 'string' ? { response, declined: call } : { response };
  }
}
