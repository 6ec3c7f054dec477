import { DockError, toToolError } from '../../contracts/errors.ts';
import type { TurnEnd } from '../driver.ts';
import { classifyTurnError, toDockError } from './classifyError.ts';
import type { EndedTurn, TurnError } from './notifications.ts';

type Status = { readonly status: string | undefined; readonly error: TurnError | undefined };

/** What may end a turn, and which of it counts: our own failure, the provider's word, a stop, what broke on the way. */
export class TurnOutcome {
  /** Aborted to stop the turn. */
  readonly #stop: AbortController;
  #failure: DockError | undefined;
  #status: Status | undefined;

  constructor(stop: AbortController) {
    this.#stop = stop;
  }

  /** The provider has said how the turn ended. */
  get isTold(): boolean {
    return this.#status !== undefined;
  }

  get isCompleted(): boolean {
    return this.#status?.status === 'completed';
  }

  /** The turn has ended, or is going to. */
  get isDecided(): boolean {
    return this.#status !== undefined || this.#failure !== undefined || this.#stop.signal.aborted;
  }

  /** Stops the turn; the first failure counts. */
  fail(error: DockError): void {
    this.#failure ??= error;
    this.#stop.abort();
  }

  told({ status, error }: EndedTurn): void {
    this.#status = { status, error: error ?? undefined };
  }

  /** `error` is what kept the turn from running to its end. */
  end(error: unknown): TurnEnd {
    if (this.#failure !== undefined) return endWith(this.#failure);
    const isStopped = this.#stop.signal.aborted;
    const told = this.#status && toldEnd(this.#status, isStopped);
    if (told !== undefined) return told;
    // Stopped before the turn had begun, or a server that had to be ended with it.
    if (isStopped) return { outcome: 'interrupted' };
    return endWith(toDockError(error));
  }
}

/** Undefined where the provider's word says less than that the turn was stopped. */
function toldEnd({ status, error }: Status, isStopped: boolean): TurnEnd | undefined {
  if (status === 'completed' || status === 'interrupted') return { outcome: status };
  if (error !== undefined) return endWith(classifyTurnError(error));
  if (status === 'failed') return endWith(new DockError('unknown', 'Codex ended the turn without a reason.'));
  return isStopped ? undefined : endWith(unreadEnd(status));
}

function unreadEnd(status: string | undefined): DockError {
  const said =
    status === undefined ? 'in no form AgentDock knows' : `as “${status}”, which AgentDock does not know`;
  return new DockError('version_mismatch', `Codex told the end of the turn ${said}.`, {
    hint: 'Install the version of Codex that AgentDock is tested with (see `agentdock providers`).',
  });
}

/** What the host cancelled is no failure. */
function endWith(error: DockError): TurnEnd {
  return { outcome: error.code === 'cancelled' ? 'interrupted' : 'failed', error: toToolError(error) };
}
