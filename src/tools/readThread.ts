import type { HistoryEvent } from '../contracts/agentEvent.ts';
import { DockError } from '../contracts/errors.ts';
import type { TextRef } from '../contracts/text.ts';
import type { Thread } from '../contracts/thread.ts';
import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { eventText } from '../core/eventText.ts';
import { shortEvent } from '../core/shortEvent.ts';
import { jsonBytes, modelPageBytes, textPage } from '../core/textPage.ts';
import { reachableThread } from './access.ts';
import { fleet } from './reply.ts';
import type { ToolContext } from './toolContext.ts';

type Input = ToolInput<'read_thread'>;
type Output = ToolOutput<'read_thread'>;
type Page = Pick<Output, 'events' | 'report' | 'result' | 'is_earlier' | 'text' | 'cursor' | 'more'>;

/** Bytes of events in one reply. */
const pageBytes = 256 * 1024;

/**
 * Pages through a thread's record; the last report and final text stay readable for ever. An agent gets pages that its
 * client passes on, a person a text in one.
 */
export async function readThread(input: Input, context: ToolContext): Promise<Output> {
  const thread = reachableThread(context, input.thread_id);
  const page = await pageOf(thread, input, context);
  return { thread_id: thread.id, state: thread.state, ...page, fleet: fleet(context) };
}

async function pageOf(thread: Thread, input: Input, context: ToolContext): Promise<Page> {
  if (input.event !== undefined) return await eventPage(thread, input.event, input, context);
  if (input.view === 'result') return await resultPage(thread, input, context);
  const { events, more } = await context.store.history.read(thread.id, {
    after: input.cursor,
    limit: input.limit,
    maxBytes: pageBytes,
  });
  const shown = context.caller.kind === 'person' ? [...events] : fitting(events);
  return {
    events: shown,
    cursor: shown.at(-1)?.seq ?? input.cursor,
    more: more || shown.length < events.length,
  };
}

function fitting(events: readonly HistoryEvent[]): Page['events'] {
  const shown: Page['events'] = [];
  let bytes = 0;
  for (const event of events) {
    const short = shortEvent(event, modelPageBytes);
    bytes += jsonBytes(short);
    if (shown.length > 0 && bytes > modelPageBytes) break;
    shown.push(short);
  }
  return shown;
}

async function eventPage(
  { id }: Thread,
  seq: number,
  input: Input,
  { store, caller }: ToolContext,
): Promise<Page> {
  const { events } = await store.history.read(id, { after: seq - 1, limit: 1 });
  const [event] = events;
  if (event?.seq !== seq) {
    throw new DockError('not_found', `The transcript of ${id} has no event ${seq}.`, {
      hint: 'Expected the `seq` of an event of its transcript.',
    });
  }
  const { page, ...place } = textAt(await eventText(event, ref => store.getText(ref)), input, caller);
  return { events: [], text: page, ...place };
}

/** Both texts one after the other, so that one cursor leads through them. */
async function resultPage(thread: Thread, input: Input, { store, caller }: ToolContext): Promise<Page> {
  const read = async (ref: TextRef | undefined) => (ref === undefined ? '' : await store.getText(ref));
  const report = await read(thread.report?.summary);
  const last = thread.result ?? thread.earlier_result;
  const { page, ...place } = textAt(report + (await read(last)), input, caller);
  const ofReport = Math.min(page.length, Math.max(0, report.length - input.cursor));
  const ofResult = page.slice(ofReport);
  return {
    events: [],
    ...(ofReport === 0 ? {} : { report: page.slice(0, ofReport) }),
    ...(last === undefined || (ofResult === '' && place.more) ? {} : { result: ofResult }),
    ...(thread.result === undefined && last !== undefined ? { is_earlier: true } : {}),
    ...place,
  };
}

function textAt(text: string, { cursor }: Input, caller: ToolContext['caller']) {
  const page = caller.kind === 'person' ? text.slice(cursor) : textPage(text, cursor, modelPageBytes);
  const next = cursor + page.length;
  return { page, cursor: next, more: next < text.length };
}
