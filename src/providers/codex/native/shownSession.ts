import * as z from 'zod';
import type { TurnRequest } from '../../driver.ts';
import type { AppServer, SessionListener } from '../appServer.ts';
import type { Session } from '../session.ts';
import { threadIdIn } from '../threadIdIn.ts';
import { heldParams, opensAside, opensSession } from './heldSettings.ts';

interface ShownSessionOptions {
  readonly request: Pick<TurnRequest, 'workingDir' | 'effort'>;
  readonly server: AppServer;
  readonly listener: SessionListener;
  /** What the thread has opened. */
  readonly session: Session;
  /** The terminal is about to show another session. */
  readonly onLeft: () => void;
  /** The terminal shows a session: this one, or another one that the person has chosen there. */
  readonly onShown: () => void;
}

const openedSchema = z.looseObject({
  thread: z.looseObject({ id: z.string(), path: z.string().nullish() }),
});

/** Which session the terminal works on, and how. */
export class ShownSession {
  readonly #options: ShownSessionOptions;
  /** Sessions that the terminal has made beside it. */
  readonly #aside = new Set<string>();
  #session: Session;

  constructor(options: ShownSessionOptions) {
    this.#options = options;
    this.#session = options.session;
  }

  get session(): Session {
    return this.#session;
  }

  /** What goes to the server instead of a call of the terminal's. */
  change(method: string, params: unknown): unknown {
    if (opensAside(method, params)) return params;
    const id = threadIdIn(params);
    if (method === 'turn/start' && id !== undefined && this.#aside.has(id)) return params;
    const { workingDir, effort } = this.#options.request;
    return heldParams(method, params, { session: this.#session, workingDir, effort });
  }

  /** The server has answered such a call. */
  answered(method: string, params: unknown, result: unknown): void {
    const thread = openedSchema.safeParse(result).data?.thread;
    if (thread === undefined) return;
    if (opensAside(method, params)) this.#aside.add(thread.id);
    if (opensSession(method, params)) this.#show(thread.id, thread.path ?? undefined);
  }

  #show(id: string, transcriptPath: string | undefined): void {
    const { server, listener, onLeft, onShown } = this.#options;
    if (this.#session.id !== id) {
      onLeft();
      server.unlisten(this.#session.id);
      server.listen(id, listener);
      this.#session = { ...this.#session, id, transcriptPath };
    }
    onShown();
  }
}
