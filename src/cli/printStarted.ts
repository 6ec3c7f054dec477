import type { DockClient } from '../client/dockClient.ts';
import { fromToolError, toToolError } from '../contracts/errors.ts';
import type { ToolOutput } from '../contracts/tools.ts';
import type { CommandContext } from './command.ts';
import { printJson } from './io.ts';
import { waitFor } from './waitFor.ts';

type Started = ToolOutput<'spawn_thread'>;

/** Prints what was started; with `wait` on standard error, and then its result. Returns the exit code. */
export async function printStarted(
  started: Started,
  client: DockClient,
  context: CommandContext & { readonly wait: boolean },
): Promise<number> {
  const { output, json, wait } = context;
  if (wait) {
    output.err(lineOf(started));
    return waitFor(client, [started.thread_id], context).catch((error: unknown) => {
      const failure = toToolError(error);
      throw fromToolError({ ...failure, message: `${started.thread_id} was started. ${failure.message}` });
    });
  }
  if (json) printJson(output, { ok: true, result: started });
  else output.out(lineOf(started));
  return 0;
}

function lineOf({ thread_id, state, queue_position, repeated }: Started): string {
  const place = queue_position === undefined ? '' : `, place ${queue_position} in the queue`;
  return `${thread_id}  ${state}${place}${repeated ? '  (same key as before)' : ''}`;
}
