import type { DockClient } from '../client/dockClient.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { ToolOutput } from '../contracts/tools.ts';
import { definedOnly } from '../core/definedOnly.ts';

/** The report and final text of a thread in one; in an agent's shell they come in pages. */
export async function readResult(
  client: DockClient,
  thread_id: ThreadId,
): Promise<ToolOutput<'read_thread'>> {
  let whole = await client.call('read_thread', { thread_id, view: 'result' });
  while (whole.more) {
    const next = await client.call('read_thread', { thread_id, view: 'result', cursor: whole.cursor });
    const texts = { report: joined(whole.report, next.report), result: joined(whole.result, next.result) };
    whole = { ...next, ...definedOnly(texts) };
  }
  return whole;
}

function joined(text: string | undefined, more: string | undefined): string | undefined {
  return more === undefined ? text : (text ?? '') + more;
}
