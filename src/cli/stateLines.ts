import type { StateChange } from '../contracts/journalEvent.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { ruleWords } from '../core/ruleWords.ts';
import { workOfTurn } from '../core/work.ts';
import { workWords } from '../core/workWords.ts';
import { textOf } from './textOf.ts';

type Of<Type extends StateChange['type']> = Extract<StateChange, { type: Type }>;

/** What a change of state tells a person, as lines of plain text. */
export function stateLines(change: StateChange): readonly string[] {
  switch (change.type) {
    case 'permission.refused':
      return [`! refused ${change.tool}: ${change.detail}`];
    case 'request.opened':
      return requestLines(change.request);
    case 'request.answered':
      return answerLines(change);
    case 'request.closed':
      return [`  ${change.request_id}: ${change.reason}`];
    case 'rules.forgotten':
      return change.rules.map(rule => `  no longer allowed: ${ruleWords(rule)}`);
    case 'message.queued':
      return messageLines(change.message);
    case 'messages.moved':
      return movedLines(change);
    case 'report.made':
      return reportLines(change.report);
    case 'turn.ended':
      return endLines(change);
    default:
      return [];
  }
}

function requestLines(request: Of<'request.opened'>['request']): readonly string[] {
  const { id, kind, tool, detail, diff, questions } = request;
  if (kind === 'permission') {
    return [
      `? ${id} wants a permission: ${tool ?? ''}`,
      ...indented(textOf(detail)),
      ...(diff === undefined ? [] : indented(textOf(diff))),
    ];
  }
  const asked = questions.length > 0 ? questions : [{ question: textOf(detail), options: [] }];
  return [
    `? ${id} asks:`,
    ...asked.flatMap(({ question, options }) => [
      ...indented(question),
      ...options.map(
        ({ label, description }, index) =>
          `  ${index + 1}. ${label}${description === undefined ? '' : ` – ${description}`}`,
      ),
    ]),
  ];
}

function answerLines({ request_id, by, from, decision, text }: Of<'request.answered'>): readonly string[] {
  const what = decision === undefined ? 'answered' : decided[decision];
  const who = by === 'person' ? 'the person' : (from ?? 'an agent');
  return [`  ${request_id}: ${what} by ${who}`, ...(text === undefined ? [] : indented(textOf(text)))];
}

const decided = { allow: 'allowed once', allow_thread: 'allowed for the thread', deny: 'denied' } as const;

/** The answer to a question has been shown with it. */
function messageLines({ kind, origin, from, outcome, text }: Of<'message.queued'>['message']) {
  switch (kind) {
    case 'answer':
      return [];
    case 'message':
      return [
        `< message from ${origin === 'person' ? 'the person' : (from ?? origin)}:`,
        ...indented(textOf(text)),
      ];
    case 'child_ended':
      return [`< ${from ?? ''} ended: ${outcome ?? ''}`, ...indented(textOf(text))];
    case 'undelivered':
      return [`< ${from ?? ''} did not get what was sent to it:`, ...indented(textOf(text))];
    case 'child_waits':
      return [`< ${from ?? ''} waits: ${outcome ?? ''}`, ...indented(textOf(text))];
  }
}

function movedLines({ message_ids, to, reason }: Of<'messages.moved'>): readonly string[] {
  if (to !== 'failed' && to !== 'unknown') return [];
  const why = reason === undefined ? '' : `: ${reason}`;
  return message_ids.map(
    id => `! ${id} ${to === 'failed' ? 'was not delivered' : 'may or may not have arrived'}${why}`,
  );
}

function reportLines({ kind, outcome, summary, files, checks }: Of<'report.made'>['report']) {
  const head = kind === 'progress' ? 'progress' : 'report';
  return [
    `# ${head}${outcome === undefined ? '' : `: ${outcome}`}`,
    ...indented(textOf(summary)),
    ...files.map(file => `  ~ ${file}`),
    ...checks.map(({ name, passed }) => `  ${passed ? 'passed' : 'FAILED'} ${name}`),
  ];
}

function endLines({ outcome, error, usage, receipt }: Of<'turn.ended'>): readonly string[] {
  return [
    `= ${outcome}${error === undefined ? '' : `: ${error.message} (${error.code})`}`,
    ...(receipt === undefined
      ? []
      : [`  ${workWords(workOfTurn({ ...receipt, ...definedOnly({ usage }) }))}`]),
    ...(receipt?.doubts ?? []).map(doubt => `! ${doubt}`),
  ];
}

function indented(text: string): readonly string[] {
  if (text.trim() === '') return [];
  return text
    .trimEnd()
    .split('\n')
    .map(line => `  ${line}`);
}
