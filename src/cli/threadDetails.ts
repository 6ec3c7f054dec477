import type { Receipt } from '../contracts/report.ts';
import type { ToolOutput } from '../contracts/tools.ts';
import { ruleWords } from '../core/ruleWords.ts';
import { workOfThread, workOfTurn } from '../core/work.ts';
import { workWords } from '../core/workWords.ts';
import { howToAnswer, waitsFor } from './waitingText.ts';

type Detail = ToolOutput<'get_thread'>['thread'];

/** Changed files that are named; `--json` has all of them. */
const mostFiles = 20;

/** Rows of `show` for what a thread waits for, its messages, and what it and AgentDock say of its work. */
export function threadDetails(thread: Detail): readonly (readonly string[])[] {
  return [
    ...ruleRows(thread),
    ...requestRows(thread),
    ...messageRows(thread),
    ...reportRows(thread),
    ...receiptRows(thread),
  ];
}

function ruleRows({ thread_id, rules = [] }: Detail): string[][] {
  if (rules.length === 0) return [];
  return [
    ...rules.map((rule, index) => [index === 0 ? 'allowed' : '', ruleWords(rule)]),
    ['', `take back: agentdock forget ${thread_id}`],
  ];
}

function requestRows({ thread_id, requests }: Detail): string[][] {
  return requests.flatMap(request => [
    [request.request_id, waitsFor(request)],
    ...(request.detail.trim() === request.title ? [] : request.detail.split('\n').map(line => ['', line])),
    ...(request.diff === undefined ? [] : ['It would change:', ...request.diff.trimEnd().split('\n')]).map(
      line => ['', line],
    ),
    ...(request.truncated
      ? [
          [
            '',
            `(cut: agentdock read --json ${thread_id} has all of it, or names its file in .agentdock/state)`,
          ],
        ]
      : []),
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

/** Of the last turn, and of all of them where they are several. */
function receiptRows(thread: Detail): string[][] {
  const { receipt } = thread;
  const all = workOfThread(thread);
  return [
    ...(receipt === undefined ? [] : lastTurnRows(receipt, all === undefined)),
    ...(all === undefined ? [] : [['all turns', workWords(all)]]),
  ];
}

function lastTurnRows(receipt: Receipt, isOnlyOne: boolean): string[][] {
  const { files = [], more_files = 0, doubts } = receipt;
  const work = workOfTurn(receipt);
  const left = files.length + more_files - mostFiles;
  return [
    ['receipt', isOnlyOne ? workWords({ turns: 1, ...work }) : `last turn: ${workWords(work)}`],
    ...files.slice(0, mostFiles).map(file => ['', file]),
    ...(left > 0 ? [['', `… and ${left} more`]] : []),
    ...doubts.map(doubt => ['doubt', doubt]),
  ];
}
