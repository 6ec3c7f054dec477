import type { ThreadSummary } from '../contracts/threadSummary.ts';

type OpenRequest = ThreadSummary['requests'][number];

/** What a thread waits for and the commands that answer it, for a person; one line each. */
export function waitingText({ thread_id, requests }: ThreadSummary): readonly string[] {
  return requests.flatMap(request => [
    `${thread_id} ${waitsFor(request)}`,
    ...howToAnswer(thread_id, request, requests.length > 1).map(line => `  ${line}`),
  ]);
}

/** The beginning of a list's cell. */
export function waitsFor({ kind, tool, title }: OpenRequest): string {
  if (kind === 'question') return `asks: ${title}`;
  return `waits for a permission: ${tool === undefined || title.startsWith(tool) ? '' : `${tool}: `}${title}`;
}

/** The request is named only where there are several. */
export function howToAnswer(
  thread: string,
  { request_id, kind, can_allow_thread, questions }: OpenRequest,
  isOneOfMany: boolean,
): readonly string[] {
  const answer = `agentdock answer ${thread}${isOneOfMany ? ` ${request_id}` : ''}`;
  if (kind === 'permission') {
    return [`${answer} --allow${can_allow_thread ? ' | --allow-thread' : ''} | --deny [REASON]`];
  }
  const lines = questions.flatMap(({ question, options }, index) => [
    ...(questions.length > 1 ? [`${index + 1}. ${question}`] : []),
    ...(options.length > 0
      ? [`one of: ${options.map(({ label }) => JSON.stringify(label)).join(', ')}`]
      : []),
  ]);
  return [...lines, `${answer} --text ${questions.length > 1 ? questions.map(() => "'…'").join(' ') : '…'}`];
}
