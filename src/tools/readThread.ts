import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { reachableThread } from './access.ts';
import { fleet } from './reply.ts';
import type { ToolContext } from './toolContext.ts';

/** Bytes of events in one reply. */
const pageBytes = 256 * 1024;

/** Pages through a thread's record; the last report and final text stay readable for ever. */
export async function readThread(
  input: ToolInput<'read_thread'>,
  context: ToolContext,
): Promise<ToolOutput<'read_thread'>> {
  const thread = reachableThread(context, input.thread_id);
  if (input.view === 'result') {
    return {
      thread_id: thread.id,
      state: thread.state,
      events: [],
      ...(thread.report === undefined ? {} : { report: await context.store.getText(thread.report.summary) }),
      ...(thread.result === undefined ? {} : { result: await context.store.getText(thread.result) }),
      cursor: input.cursor,
      more: false,
      fleet: fleet(context),
    };
  }
  const page = await context.store.history.read(thread.id, {
    after: input.cursor,
    limit: input.limit,
    maxBytes: pageBytes,
  });
  return {
    thread_id: thread.id,
    state: thread.state,
    events: [...page.events],
    cursor: page.events.at(-1)?.seq ?? input.cursor,
    more: page.more,
    fleet: fleet(context),
  };
}
