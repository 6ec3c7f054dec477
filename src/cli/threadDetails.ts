import type { ToolOutput } from '../contracts/tools.ts';
import { howToAnswer, waitsFor } from './waitingText.ts';

type Detail = ToolOutput<'get_thread'>['thread'];

/** Rows of `show` for what a thread waits for, its messages, and what it and AgentDock say of its work. */
export function threadDetails(thread: Detail): readonly (readonly string[])[] {
  return [...requestRows(thread), ...messageRows(thread), ...reportRows(thread), ...receiptRows(thread)];
}

function requestRows({ thread_id, requests }: Detail): string[][] {
  return requests.flatMap(request => [
    [request.request_id, waitsFor(request)],
    ...(request.detail.trim() === request.title ? [] : request.detail.split('\n').map(line => ['', line])),
    ...howToAnswer(thread_id, request, requests.length > 1).map(line => ['', line]),
  ]);
}

function messageRows({ messages }: Detail): string[][] {
  return messages.map(({ message_id, kind, origin, from, state, reason }) => [
    message_id,
    `${kind.replace('_', ' ')} from ${from ?? origin}: ${state}${reason === undefined ? '' : ` (${reason})`}`,
  ]);
}

function reportRows({ report, progress }: Detail): string[][] {
  return [report, progress].flatMap(one => {
    if (one === undefined) return [];
    const { kind, outcome, summary, summary_truncated, files, checks } = one;
    return [
      [kind === 'result' ? 'report' : 'progress', outcome ?? ''],
      ...summary.split('\n').map(line => ['', line]),
      ...(summary_truncated ? [['', '…']] : []),
      ...(files.length === 0 ? [] : [['', `says it changed: ${files.join(' ')}`]]),
      ...checks.map(({ name, passed }) => ['', `${passed ? 'passed' : 'failed'}: ${name}`]),
    ];
  });
}

function receiptRows({ receipt }: Detail): string[][] {
  if (receipt === undefined) return [];
  const { tool_calls, duration_ms, files, doubts } = receipt;
  const changed = files === undefined ? [] : [`${files.length} files changed`];
  const parts = [`${tool_calls} tool calls`, `${(duration_ms / 1000).toFixed(1)} s`, ...changed];
  return [
    ['receipt', parts.join(', ')],
    ...(files ?? []).map(file => ['', file]),
    ...doubts.map(doubt => ['doubt', doubt]),
  ];
}
