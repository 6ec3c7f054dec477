import { type AgentEvent, agentEventSchema, type HistoryEvent } from '../contracts/agentEvent.ts';
import { stateChangeSchema } from '../contracts/journalEvent.ts';
import { PromptLines } from './promptLines.ts';
import { stateLines } from './stateLines.ts';
import { textOf } from './textOf.ts';

export interface TranscriptText {
  /** The lines that this event completes. */
  add(event: HistoryEvent): readonly string[];
  /** When nothing came for a while: what a program wrote without a line's end, such as a question. */
  pause(): readonly string[];
  /** All that is held back. */
  end(): readonly string[];
}

/** Turns events into lines of plain text. Pieces of one text are held back until their line is complete. */
export function createTranscriptText(): TranscriptText {
  let open = '';
  let source = '';
  const prompts = new PromptLines();
  const flush = (): readonly string[] => {
    const rest = open;
    open = '';
    return rest === '' ? [] : [rest];
  };
  /** Pieces from one source make one text. */
  const add = (from: string, text: string, done = false): readonly string[] => {
    const before = from === source ? [] : flush();
    source = from;
    const lines = (open + text).split('\n');
    open = lines.pop() ?? '';
    return [...before, ...lines, ...(done ? flush() : [])];
  };
  const addEvent = (event: HistoryEvent): readonly string[] => {
    const agent = agentEventSchema.safeParse(event);
    if (!agent.success) {
      const change = stateChangeSchema.safeParse(event);
      if (!change.success) return flush();
      prompts.note(change.data);
      return [...flush(), ...stateLines(change.data)];
    }
    switch (agent.data.type) {
      case 'text':
        return add('text', agent.data.text, agent.data.done);
      case 'tool.progress':
        return add(`tool ${agent.data.item}`, agent.data.text);
      case 'output':
        return add('output', agent.data.data);
      case 'prompt':
        return [...flush(), ...prompts.prompt(agent.data)];
      case 'steered':
        return [...flush(), ...prompts.steered(agent.data, event)];
      default:
        return [...flush(), ...agentLines(agent.data)];
    }
  };
  return {
    add: addEvent,
    // An agent that thinks in the middle of a sentence goes on with it.
    pause: () => (source === 'text' ? [] : flush()),
    end: flush,
  };
}

function agentLines(
  event: Exclude<AgentEvent, { readonly type: 'text' | 'tool.progress' | 'output' | 'prompt' | 'steered' }>,
): readonly string[] {
  switch (event.type) {
    case 'tool.started':
      return [`* ${event.name} ${event.title}`];
    case 'tool.ended':
      return event.status === 'completed'
        ? []
        : [`  ${event.status}${event.exit_code === undefined ? '' : ` (exit code ${event.exit_code})`}`];
    case 'file.changed':
      return [`  ${event.kind} ${event.path}`];
    case 'error':
      return [`! ${event.error.message} (${event.error.code})${event.will_retry ? ', tries again' : ''}`];
    case 'notice':
      return [`- ${event.text}`];
    case 'unparsed':
      return [`? ${textOf(event.line)}`];
    case 'reasoning':
    case 'usage':
      return [];
  }
}
