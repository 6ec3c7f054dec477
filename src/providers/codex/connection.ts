import * as z from 'zod';
import { DockError } from '../../contracts/errors.ts';
import { parseJson } from '../../core/parseJson.ts';
import { readLines } from '../process/lines.ts';
import type { Cli } from '../process/spawnCli.ts';

/** JSON-RPC in lines, without the `jsonrpc` field, as `codex app-server` speaks it. */
const frameSchema = z.looseObject({
  id: z.union([z.number(), z.string()]).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.looseObject({ code: z.number(), message: z.string(), data: z.unknown().optional() }).optional(),
});

export type RequestId = number | string;

/** What the server answered instead of a result. Becomes a `DockError` in classifyError.ts. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly method: string;
  readonly code: number;

  constructor(method: string, code: number, message: string) {
    super(message);
    this.method = method;
    this.code = code;
  }
}

interface ConnectionHandlers {
  notification(method: string, params: unknown, line: string): void;
  /** The server asks; each request is to be answered with `respond` or `refuse`. */
  request(id: RequestId, method: string, params: unknown): void;
  unparsed(line: string): void;
  /** The server left a call without an answer for too long; the call goes on waiting, for `fail` if nothing else. */
  hangs(method: string): void;
}

/** The answer to a call, as it came. */
export type RawAnswer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } };

export interface Connection {
  call<Result>(method: string, params: unknown, result: z.ZodType<Result>, limitMs?: number): Promise<Result>;
  /** A call of somebody else's, without a limit. What the server says after the answer is told after it. */
  relay(method: string, params: unknown, answered: (answer: RawAnswer) => void): void;
  notify(method: string): void;
  respond(id: RequestId, result: unknown): void;
  refuse(id: RequestId, message: string): void;
  /** Fails every open call. Called when the process has ended. */
  fail(error: DockError): void;
}

interface OpenCall {
  readonly method: string;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** The server answers most calls within milliseconds, also while it works for many threads. */
const callLimitMs = 30_000;

export function connect(cli: Cli, handlers: ConnectionHandlers): Connection {
  const open = new Map<RequestId, OpenCall>();
  let lastId = 0;
  let failure: DockError | undefined;

  // A write to a process that has gone is answered by `fail`.
  const send = (frame: object): void => void cli.write(`${JSON.stringify(frame)}\n`);

  const onLine = (line: string): void => {
    if (line.trim() === '') return;
    const frame = frameSchema.safeParse(parseJson(line));
    if (!frame.success) {
      handlers.unparsed(line);
      return;
    }
    const { id, method, params, result, error } = frame.data;
    if (method !== undefined) {
      if (id === undefined) handlers.notification(method, params, line);
      else handlers.request(id, method, params);
      return;
    }
    const call = id === undefined ? undefined : open.get(id);
    if (id === undefined || call === undefined) {
      handlers.unparsed(line);
      return;
    }
    open.delete(id);
    if (error === undefined) call.resolve(result);
    else call.reject(new RpcError(call.method, error.code, error.message));
  };
  void readLines(cli.stdout, onLine);

  const ask = (call: OpenCall, params: unknown): void => {
    lastId += 1;
    open.set(lastId, call);
    send({ id: lastId, method: call.method, params });
  };

  const request = async (method: string, params: unknown, limitMs: number): Promise<unknown> => {
    if (failure !== undefined) throw failure;
    const answer = new Promise<unknown>((resolve, reject) => ask({ method, resolve, reject }, params));
    const limit = setTimeout(() => handlers.hangs(method), limitMs);
    try {
      return await answer;
    } finally {
      clearTimeout(limit);
    }
  };

  return {
    call: async (method, params, schema, limitMs = callLimitMs) => {
      const result = schema.safeParse(await request(method, params, limitMs));
      if (result.success) return result.data;
      throw new DockError(
        'version_mismatch',
        `Codex answered \`${method}\` in a form AgentDock does not know.`,
        {
          hint: 'Install the Codex version AgentDock is tested with (see `agentdock providers`).',
          cause: result.error,
        },
      );
    },
    relay: (method, params, answered) => {
      const refused = (error: Error): void =>
        answered({
          error: { code: error instanceof RpcError ? error.code : -32603, message: error.message },
        });
      if (failure !== undefined) refused(failure);
      else ask({ method, resolve: result => answered({ result }), reject: refused }, params);
    },
    notify: method => send({ method }),
    respond: (id, result) => send({ id, result }),
    refuse: (id, message) => send({ id, error: { code: -32601, message } }),
    fail: error => {
      failure ??= error;
      for (const call of open.values()) call.reject(error);
      open.clear();
    },
  };
}
