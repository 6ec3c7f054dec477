import type { AgentRequest } from '../contracts/agentRequest.ts';
import type { Message } from '../contracts/message.ts';
import type { Report } from '../contracts/report.ts';
import type { TextRef } from '../contracts/text.ts';
import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { longestInList, openRequest } from '../core/openRequest.ts';
import { reachableThread } from './access.ts';
import { fleet, summaryOf } from './reply.ts';
import type { ToolContext } from './toolContext.ts';

/** Characters of the final text and of a summary in a compact reply; `read_thread` with `view: "result"` has all of both. */
const resultLimit = 4000;
/** The same of each text of a request, for a person. */
const longestForPerson = 20_000;

type Told = ToolOutput<'get_thread'>['thread'];
type ToldMessage = Told['messages'][number];
type ToldReport = NonNullable<Told['report']>;

export async function getThread(
  input: ToolInput<'get_thread'>,
  context: ToolContext,
): Promise<ToolOutput<'get_thread'>> {
  const thread = reachableThread(context, input.thread_id);
  const result = thread.result === undefined ? undefined : await context.store.getText(thread.result);
  const children = [...context.store.threads().values()].filter(({ parent_id }) => parent_id === thread.id);
  return {
    thread: {
      ...summaryOf(context, thread),
      requests: await Promise.all(thread.requests.map(request => toldRequest(request, context))),
      evidence: thread.evidence,
      permission_means: context.permissionMeans(thread.provider, thread.permission_mode),
      ...definedOnly({ model: thread.model, effort: thread.effort, usage: thread.usage }),
      ...definedOnly({ result: result?.slice(0, resultLimit) }),
      result_truncated: (result?.length ?? 0) > resultLimit,
      earlier_sessions: thread.earlier_sessions.map(({ id }) => id),
      children: children.map(({ id }) => id),
      ...(thread.rules.length === 0 ? {} : { rules: thread.rules }),
      messages: thread.inbox.map(toldMessage),
      ...definedOnly({ report: await toldReport(thread.report, context) }),
      ...definedOnly({ progress: await toldReport(thread.progress, context), receipt: thread.receipt }),
      ...definedOnly({ totals: thread.totals }),
    },
    fleet: fleet(context),
  };
}

/** With the beginning of what lies in side files; for a person, who is to judge it, with more of it. */
async function toldRequest(request: AgentRequest, { store, caller }: ToolContext) {
  // Where one is lost or unreadable just now, its head is what there is.
  const read = (ref: TextRef): Promise<TextRef> =>
    store.getText(ref).then(
      text => ({ text }),
      () => ref,
    );
  const { detail, diff } = request;
  const texts = {
    detail: await read(detail),
    ...(diff === undefined ? {} : { diff: await read(diff) }),
  };
  return openRequest({ ...request, ...texts }, caller.kind === 'person' ? longestForPerson : longestInList);
}

function toldMessage({ id, kind, origin, from, state, reason, queued_at }: Message): ToldMessage {
  return { message_id: id, kind, origin, ...definedOnly({ from, reason }), state, queued_at };
}

async function toldReport(
  report: Report | undefined,
  { store }: ToolContext,
): Promise<ToldReport | undefined> {
  if (report === undefined) return undefined;
  const { turn_id: _, summary: ref, ...rest } = report;
  const summary = await store.getText(ref);
  return { ...rest, summary: summary.slice(0, resultLimit), summary_truncated: summary.length > resultLimit };
}
