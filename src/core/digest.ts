import type { Message } from '../contracts/message.ts';
import { cutText } from './cutText.ts';
import { type ReadRequest, requestWords } from './requestWords.ts';
import { isSummaryCut, type ReadResult, resultWords } from './resultWords.ts';
import { workWords } from './workWords.ts';

/** A message with its text read. */
export interface DigestEntry {
  readonly message: Message;
  readonly text: string;
  /** The task of the thread it comes from. */
  readonly taskName: string | undefined;
  /** The worker that started the thread, if a worker did: its master hears of what it did not start itself. */
  readonly startedBy?: string | undefined;
  /** What the thread waits for, as long as it does. */
  readonly request?: ReadRequest | undefined;
  /** What the thread reported in the turn that ended. */
  readonly result?: ReadResult | undefined;
}

/** Characters of an agent's words in a digest; `read_thread` has all of them. The person's are never cut. */
const longestNews = 4_000;
const longestMessage = 100_000;

/**
 * The text that brings messages to an agent. The words of other agents are fenced and cut: they are data, and no
 * instruction of the person's. Each names its id, which the provider's transcript later proves to have arrived.
 */
export function digestText(entries: readonly DigestEntry[]): string {
  const [only, second] = entries;
  const head =
    only !== undefined && second === undefined
      ? 'AgentDock: a message for you.'
      : `AgentDock: ${entries.length} messages for you, oldest first.`;
  return [head, ...entries.map(entryText)].join('\n\n');
}

/** How an id stands in a digest and nowhere else: a list of messages that a tool gives to the agent is no proof. */
export function markOf(id: string): string {
  return `[${id}]`;
}

/** Characters that one message may take in a digest. A request or a report is more than the message's own text. */
export function roomFor(message: Message): number {
  const { kind, text, result } = message;
  if (kind === 'child_waits' || result !== undefined) return longestNews;
  return Math.min('text' in text ? text.text.length : text.length, longestOf(message));
}

function longestOf({ kind, origin }: Message): number {
  if (kind !== 'message' && kind !== 'answer') return longestNews;
  return origin === 'person' ? Number.POSITIVE_INFINITY : longestMessage;
}

function entryText(entry: DigestEntry): string {
  const { message, request, result } = entry;
  const words = wordsOf(entry);
  const limit = longestOf(message);
  const lines = [`${markOf(message.id)} ${headline(message, nameOf(entry))}`];
  if (words.trim() !== '') lines.push(fenced(cutText(words, limit)));
  if (message.seen !== undefined) lines.push(`AgentDock saw: ${workWords(message.seen)}.`);
  const isCut = words.length > limit || (result !== undefined && isSummaryCut(result));
  const next = nextStep(message, isCut, request);
  if (next !== '') lines.push(next);
  return lines.join('\n');
}

function wordsOf(entry: DigestEntry): string {
  const { startedBy, taskName } = entry;
  // A name that a worker chose is its word, too.
  const name = startedBy === undefined || taskName === undefined ? [] : [`Its task: ${taskName}`];
  return [...name, ownWordsOf(entry)].join('\n');
}

function ownWordsOf({ message, text, request, result }: DigestEntry): string {
  if (request !== undefined) return requestWords(request);
  if (result === undefined) return text;
  const said = text.trim();
  const isNew = said !== '' && said !== result.summary.trim();
  return isNew ? `${resultWords(result)}\n\n${lastHeard(message)}\n${text}` : resultWords(result);
}

/** Of a turn that was cut it may be the reason. */
function lastHeard({ outcome }: Message): string {
  return outcome === undefined || outcome === 'completed' ? 'Its last words:' : 'Last heard of it:';
}

function nameOf({ message: { from }, taskName, startedBy }: DigestEntry): string {
  if (from === undefined) return 'an agent outside AgentDock';
  if (startedBy !== undefined) return `thread ${from}, started by ${startedBy},`;
  return `thread ${from}${taskName === undefined ? '' : ` ("${taskName}")`}`;
}

function headline(message: Message, who: string): string {
  const { kind, outcome, origin, request_id, result } = message;
  const sender = origin === 'person' ? 'the person' : who;
  switch (kind) {
    case 'message':
      return `Message from ${sender}:`;
    case 'answer':
      return `Answer to your question ${request_id ?? ''} from ${sender}:`;
    case 'child_ended':
      return `The ${who} ended a turn: ${outcome ?? 'completed'}. ${result === undefined ? lastHeard(message) : 'Its report:'}`;
    case 'undelivered':
      return `What you sent to the ${who} did not arrive:`;
    case 'child_waits':
      return outcome === 'permission'
        ? `The ${who} waits for a permission (${request_id ?? ''}), which only the person can give:`
        : `The ${who} asks a question (${request_id ?? ''}):`;
  }
}

function nextStep(
  { kind, from, outcome, request_id, earlier }: Message,
  isCut: boolean,
  request: ReadRequest | undefined,
): string {
  const parts: string[] = [];
  if (isCut && from !== undefined) {
    const view = kind === 'child_ended' ? ' with view "result"' : '';
    parts.push(`This is cut: read_thread on ${from}${view} has all of it.`);
  }
  if (kind === 'child_waits' && outcome === 'question') {
    const answers = request === undefined ? '' : `, ${answersText(request)}`;
    parts.push(
      `Answer with answer_thread, thread_id ${from ?? ''}, request_id ${request_id ?? ''}${answers}.`,
    );
  }
  if (kind === 'undelivered') {
    parts.push(
      'It is not sent again by itself: send it again with send_message, or put it into a resume_thread, once that agent works.',
    );
  }
  if (earlier !== undefined) {
    parts.push(`Before that ${endsText(earlier)}: read_thread on ${from ?? ''} has them.`);
  }
  return parts.join(' ');
}

function answersText({ questions }: ReadRequest): string {
  const wanted = questions.length > 1 ? `${questions.length} answers in that order` : 'one answer';
  return questions.some(({ multiple }) => multiple) ? `${wanted}, several options one a line` : wanted;
}

function endsText(outcomes: Readonly<Record<string, number>>): string {
  const counts = Object.entries(outcomes);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const each = counts.map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  return `${total} ${total === 1 ? 'turn' : 'turns'} of it ended (${each})`;
}

/** A fence longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}
