import { type AgentEvent, agentEventSchema, type HistoryEvent } from '../contracts/agentEvent.ts';
import { stateChangeSchema } from '../contracts/journalEvent.ts';
import type { TextRef } from '../contracts/text.ts';

/** Turns events into lines of plain text. Pieces of one text are held back until their line is complete. */
export function createTranscriptText(): (event: HistoryEvent) => readonly string[] {
  let open = '';
  const flush = (): readonly string[] => {
    const rest = open;
    open = '';
    return rest === '' ? [] : [rest];
  };
  const add = (text: string, done: boolean): readonly string[] => {
    const lines = (open + text).split('\n');
    open = lines.pop() ?? '';
    return done ? [...lines, ...flush()] : lines;
  };
  return event => {
    const agent = agentEventSchema.safeParse(event);
    if (!agent.success) return [...flush(), ...stateLines(event)];
    if (agent.data.type === 'text') return add(agent.data.text, agent.data.done === true);
    return [...flush(), ...agentLines(agent.data)];
  };
}

function agentLines(event: AgentEvent): readonly string[] {
  switch (event.type) {
    case 'prompt':
      return [`> ${textOf(event.text)}`];
    case 'tool.started':
      return [`* ${event.name} ${event.title}`];
    case 'tool.progress':
      return [event.text];
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
    case 'steered':
      return [`> ${textOf(event.text)}`];
    case 'output':
      return [event.data];
    case 'unparsed':
      return [`? ${textOf(event.line)}`];
    case 'text':
    case 'reasoning':
    case 'usage':
      return [];
  }
}

function stateLines(event: HistoryEvent): readonly string[] {
  const change = stateChangeSchema.safeParse(event);
  if (!change.success) return [];
  if (change.data.type === 'permission.refused')
    return [`! refused ${change.data.tool}: ${change.data.detail}`];
  if (change.data.type !== 'turn.ended') return [];
  const { outcome, error } = change.data;
  return [`= ${outcome}${error === undefined ? '' : `: ${error.message} (${error.code})`}`];
}

function textOf(ref: TextRef): string {
  return 'text' in ref ? ref.text : `${ref.head}… (${ref.length} characters)`;
}
