import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Gates } from './gates.ts';
import type { Action } from './plan.ts';
import type { ScriptedError } from './script.ts';
import { pieces, type Usage, type Wire } from './wire.ts';

export interface Player {
  readonly wire: Wire;
  readonly gates: Gates;
  /** For the usage when the script gives none; capped, because the CLIs summarise a session that looks full. */
  readonly requestBytes: number;
  readonly errorBody: (error: ScriptedError) => unknown;
}

/** How the response ended, as far as the server can know. */
export type Ending = 'finished' | 'error' | 'cut' | 'disconnected';

/** Performs a plan on one HTTP response. `signal` aborts when the client has gone or the server closes. */
export async function play(
  actions: readonly Action[],
  response: ServerResponse,
  player: Player,
  signal: AbortSignal,
): Promise<Ending> {
  const { wire, gates } = player;
  let usage: Usage = { input: Math.min(Math.ceil(player.requestBytes / 4), 20_000), output: 0 };
  let outputIsScripted = false;
  let previous: Action['kind'] | undefined;

  const send = async (frames: readonly string[]): Promise<void> => {
    signal.throwIfAborted();
    if (!response.write(frames.join(''))) await once(response, 'drain', { signal });
  };
  const begin = async (): Promise<void> => {
    if (response.headersSent) return;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    await send(wire.begin(usage));
  };

  try {
    if (!failsBeforeStart(actions, gates)) await begin();
    for (const action of actions) {
      switch (action.kind) {
        case 'reasoning':
        case 'text': {
          await begin();
          const text = previous === action.kind ? `\n${action.text}` : action.text;
          for (const chunk of pieces(text)) await send(wire[action.kind](chunk));
          if (!outputIsScripted) usage = { ...usage, output: usage.output + Math.ceil(text.length / 4) };
          previous = action.kind;
          break;
        }
        case 'call':
          await begin();
          await send(wire.call(action.call));
          previous = action.kind;
          break;
        case 'delay':
          await sleep(action.ms, undefined, { signal });
          break;
        case 'gate':
          await gates.pass(action.name, signal);
          break;
        case 'usage':
          usage = { input: action.input, output: action.output };
          outputIsScripted = true;
          break;
        case 'error':
          if (action.until !== undefined && gates.isOpen(action.until)) break;
          await fail(action.error);
          return 'error';
        case 'cut':
          // What was said before the cut still arrives; the end of the stream does not.
          response.socket?.destroySoon();
          return 'cut';
        case 'silence':
          await untilAborted(signal);
          return 'disconnected';
      }
    }
    await begin();
    await send(wire.end(usage));
    response.end();
    return 'finished';
  } catch (error) {
    if (signal.aborted) return 'disconnected';
    throw error;
  }

  async function fail(error: ScriptedError): Promise<void> {
    if (response.headersSent) {
      await send(wire.fail(error));
      response.end();
      return;
    }
    const retryAfter = error.retryAfter === undefined ? {} : { 'retry-after': String(error.retryAfter) };
    response.writeHead(error.status, { 'content-type': 'application/json', ...retryAfter });
    response.end(JSON.stringify(player.errorBody(error)));
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** A script that opens with a failure must not have answered 200 before it; waiting comes first in both cases. */
function failsBeforeStart(actions: readonly Action[], gates: Gates): boolean {
  const first = actions.find(action => {
    if (action.kind === 'error') return action.until === undefined || !gates.isOpen(action.until);
    return action.kind !== 'delay' && action.kind !== 'gate' && action.kind !== 'usage';
  });
  return first?.kind === 'error' || first?.kind === 'cut' || first?.kind === 'silence';
}
