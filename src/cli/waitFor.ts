import type { DockClient } from '../client/dockClient.ts';
import { DockError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { ToolOutput } from '../contracts/tools.ts';
import type { CommandContext } from './command.ts';
import { printJson } from './io.ts';
import { readResult } from './readResult.ts';
import { waitingText } from './waitingText.ts';

type Detail = ToolOutput<'get_thread'>['thread'];

/**
 * Waits until all threads are at rest and prints their results; 0 when all completed. Says on standard error what one of
 * them waits for, and goes on waiting.
 */
export async function waitFor(
  client: DockClient,
  ids: readonly ThreadId[],
  { output, json }: CommandContext,
): Promise<number> {
  for (let cursor: string | undefined; ; ) {
    const waiting = client.call('wait_threads', {
      thread_ids: [...ids],
      until: 'all',
      ...(cursor === undefined ? {} : { cursor }),
    });
    const reply = await waiting.catch((error: unknown) => {
      if (!isBrokenOff(error)) throw error;
      if (client.state.kind === 'offline') throw client.state.error;
      return undefined;
    });
    if (reply === undefined) continue;
    // Whoever waits here is mostly the one who can answer.
    for (const thread of reply.waiting) for (const line of waitingText(thread)) output.err(line);
    if (reply.still_running.length === 0) break;
    cursor = reply.cursor;
  }
  const details: Detail[] = [];
  for (const thread_id of ids) {
    const { thread } = await client.call('get_thread', { thread_id });
    const { result, is_earlier } = await readResult(client, thread_id);
    const hasOwn = result !== undefined && is_earlier !== true;
    details.push(hasOwn ? { ...thread, result, result_truncated: false } : thread);
  }
  if (json) printJson(output, { ok: true, result: { threads: details } });
  else for (const detail of details) output.out(describe(detail));
  return details.every(({ state }) => state === 'completed' || state === 'idle') ? 0 : 1;
}

/** The host died. The client is on its way to the next one, which knows how the turns ended, or says why not. */
function isBrokenOff(error: unknown): boolean {
  return error instanceof DockError && error.code === 'upstream_unavailable';
}

function describe({ thread_id, state, error, result }: Detail): string {
  const head = `${thread_id}  ${state}${error === undefined ? '' : `: ${error.message} (${error.code})`}`;
  return result === undefined ? head : `${head}\n${result}`;
}
