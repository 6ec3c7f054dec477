import * as z from 'zod';
import { parseJson } from '../../../core/parseJson.ts';
import type { AppServer, ServerMirror } from '../appServer.ts';
import type { RawAnswer, RequestId } from '../connection.ts';

const idSchema = z.union([z.number(), z.string()]);
const frameSchema = z.looseObject({
  id: idSchema.optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
});
const resolvedSchema = z.looseObject({
  method: z.literal('serverRequest/resolved'),
  params: z.looseObject({ requestId: idSchema }),
});

export interface TerminalClientOptions {
  readonly server: () => AppServer | undefined;
  /** Whether the person may be asked this there, now. */
  readonly mayAsk: (method: string) => boolean;
  /** To the terminal. */
  readonly send: (text: string) => void;
  /** What goes to the server instead of what the terminal asks. */
  readonly change: (method: string, params: unknown) => unknown;
  /** The server has answered the terminal's call; told before the terminal hears it. */
  readonly answered: (method: string, params: unknown, result: unknown) => void;
  /** The person has answered there what the server asks. */
  readonly decided: (id: RequestId) => void;
}

/**
 * The terminal as a second user of our own connection to the server: nobody else can speak to the server, and we know
 * who answers what it asks. Of the two answers to a request the first one counts.
 */
export class TerminalClient implements ServerMirror {
  readonly #options: TerminalClientOptions;
  /** What the server has asked and nobody has answered; true for what the terminal asks the person. */
  readonly #open = new Map<RequestId, boolean>();

  constructor(options: TerminalClientOptions) {
    this.#options = options;
  }

  /** Something of the server's waits for the person. */
  get isAsked(): boolean {
    return [...this.#open.values()].includes(true);
  }

  /** The person can answer it in the terminal. */
  asks(id: RequestId): boolean {
    return this.#open.get(id) === true;
  }

  notification(line: string): void {
    if (line.includes('serverRequest/resolved')) {
      const resolved = resolvedSchema.safeParse(JSON.parse(line));
      if (resolved.success) this.#open.delete(resolved.data.params.requestId);
    }
    this.#options.send(line);
  }

  request(id: RequestId, method: string, params: unknown): boolean {
    const isAsked = this.#options.mayAsk(method);
    this.#open.set(id, isAsked);
    if (isAsked) this.#options.send(JSON.stringify({ id, method, params }));
    return isAsked;
  }

  /** True for the one answer that counts. */
  settle(id: RequestId): boolean {
    return this.#open.delete(id);
  }

  /** The terminal says something. */
  receive(text: string): void {
    const { id, method, params, result, error } = frameSchema.safeParse(parseJson(text)).data ?? {};
    const server = this.#options.server();
    // What has no id asks nothing; the one such message says that a connection is open, and ours is.
    if (id === undefined || server === undefined) return;
    if (method !== undefined) this.#call(server, id, method, params);
    else if (this.asks(id) && this.settle(id)) {
      this.#options.decided(id);
      if (error === undefined) server.connection.respond(id, result);
      else server.connection.refuse(id, 'The terminal has no answer.');
    }
  }

  #call(server: AppServer, id: RequestId, method: string, params: unknown): void {
    const reply = (answer: RawAnswer): void => this.#options.send(JSON.stringify({ id, ...answer }));
    // The connection has been opened by us already.
    if (method === 'initialize') {
      reply({ result: server.greeting });
      return;
    }
    server.connection.relay(method, this.#options.change(method, params), answer => {
      if ('result' in answer) this.#options.answered(method, params, answer.result);
      reply(answer);
    });
  }
}
