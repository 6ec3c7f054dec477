import type { Conversation, Entry } from '../models/conversation.ts';

/** What a thread's agent was told of one of its own threads. */
export interface News {
  readonly id: string;
  readonly thread: string;
  /** Its task name. */
  readonly name: string;
  /** How its turn ended; undefined where it asks. */
  readonly outcome: string | undefined;
  /** Of a question. */
  readonly request: string | undefined;
  readonly text: string;
}

/** What a model finds in its conversation. */
export interface Memory {
  /** One of the prompts holds it. */
  wasAsked(text: string): boolean;
  /** Everything it was told, oldest first: prompts, messages, results of tools. */
  readonly heard: string;
  /** A call with this in its arguments was made, and its result proves it; one that was cut, or that failed, does not. */
  did(text: string, proof?: RegExp): boolean;
  /** The same, of calls since the last prompt. */
  didSinceAsked(text: string): boolean;
  readonly news: readonly News[];
}

export function memoryOf({ entries }: Conversation): Memory {
  const heard = entries.flatMap(textOf).join('\n');
  const lastPrompt = entries.findLastIndex(({ kind }) => kind === 'prompt');
  return {
    heard,
    wasAsked: text => entries.some(entry => entry.kind === 'prompt' && entry.text.includes(text)),
    did: (text, proof) => hasDone(entries, text, proof),
    didSinceAsked: text => hasDone(entries.slice(lastPrompt + 1), text),
    news: newsIn(heard),
  };
}

function textOf(entry: Entry): string[] {
  if (entry.kind === 'prompt' || entry.kind === 'steer') return [entry.text];
  return entry.kind === 'result' ? [withoutEscapes(entry.text)] : [];
}

/** Codex gives some results as JSON. */
function withoutEscapes(text: string): string {
  return text.replace(/\\+n/g, '\n').replace(/\\+"/g, '"');
}

/** Of a call of AgentDock's tools: a conflict says that it was done before. */
const ourReply = /"fleet":|"code":"conflict"/;

function hasDone(entries: readonly Entry[], text: string, proof = ourReply): boolean {
  const calls = entries.flatMap(entry =>
    entry.kind === 'call' && entry.args.includes(text) ? [entry.id] : [],
  );
  return entries.some(
    entry => entry.kind === 'result' && calls.includes(entry.id) && proof.test(withoutEscapes(entry.text)),
  );
}

const head =
  /\[(msg-[a-z0-9]{10})\] The thread (thread-[a-z0-9-]+) \("([^"]*)"\) (?:ended a turn: (\w+)|asks a question \(([^)]+)\))/g;

function newsIn(heard: string): News[] {
  return [...heard.matchAll(head)].map(match => {
    const [all, id = '', thread = '', name = '', outcome, request] = match;
    const rest = heard.slice(match.index + all.length);
    return { id, thread, name, outcome, request, text: rest.split('[msg-', 1)[0] ?? '' };
  });
}
