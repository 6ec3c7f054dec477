import type { AgentEvent } from '../../contracts/agentEvent.ts';
import { retryError } from './errors.ts';
import type {
  AssistantMessage,
  ClaudeMessage,
  ContentBlock,
  StreamMessage,
  SystemMessage,
  UserMessage,
} from './messages.ts';
import { exitCodeOf, fileChange, resultText } from './toolResult.ts';
import { toolTitle } from './toolTitle.ts';

interface OpenTool {
  readonly name: string;
  readonly input: unknown;
}

/** Turns the CLI's messages of one turn into events. Holds no more than what joins a call with its result. */
export class EventMapper {
  readonly #workspace: string;
  readonly #openTools = new Map<string, OpenTool>();
  readonly #declined = new Set<string>();
  /** Blocks told so far of each message, streamed or whole. */
  readonly #blocks = new Map<string, number>();
  readonly #streamed = new Set<string>();
  #streaming: { readonly id: string; readonly kinds: Map<number, 'text' | 'reasoning'> } | undefined;
  #isStopping = false;

  constructor(workspace: string) {
    this.#workspace = workspace;
  }

  /** From here on a tool that fails was interrupted. */
  stopping(): void {
    this.#isStopping = true;
  }

  /** We refused this call: its result is a refusal, not a failure. */
  declined(toolUseId: string): void {
    this.#declined.add(toolUseId);
  }

  get hasOpenTools(): boolean {
    return this.#openTools.size > 0;
  }

  map(message: ClaudeMessage): AgentEvent[] {
    switch (message.type) {
      case 'stream_event':
        return this.#stream(message);
      case 'assistant':
        return this.#assistant(message);
      case 'user':
        return this.#user(message);
      case 'system':
        return this.#system(message);
      default:
        return [];
    }
  }

  /** Ends for the tools that will get no result any more. */
  finish(): AgentEvent[] {
    const events = [...this.#openTools.keys()].map(
      (item): AgentEvent => ({ type: 'tool.ended', item, status: 'interrupted' }),
    );
    this.#openTools.clear();
    return events;
  }

  #stream({ event, parent_tool_use_id }: StreamMessage): AgentEvent[] {
    if (isSubAgent(parent_tool_use_id)) return [];
    if (event.type === 'message_start' && event.message !== undefined) {
      this.#streaming = { id: event.message.id, kinds: new Map() };
      this.#streamed.add(event.message.id);
      return [];
    }
    const { index } = event;
    if (this.#streaming === undefined || index === undefined) return [];
    const { id, kinds } = this.#streaming;
    const item = `${id}:${index}`;
    switch (event.type) {
      case 'content_block_start': {
        const type = event.content_block?.type;
        if (type === 'text') kinds.set(index, 'text');
        if (type === 'thinking') kinds.set(index, 'reasoning');
        return [];
      }
      case 'content_block_delta': {
        const type = kinds.get(index);
        const text = event.delta?.text ?? event.delta?.thinking;
        return type !== undefined && text ? [{ type, item, text }] : [];
      }
      case 'content_block_stop': {
        const type = kinds.get(index);
        kinds.delete(index);
        return type === undefined ? [] : [{ type, item, text: '', done: true }];
      }
      default:
        return [];
    }
  }

  #assistant({ message, parent_tool_use_id, error }: AssistantMessage): AgentEvent[] {
    // The text of a failure is the CLI's own; the turn's error says it.
    if (typeof error === 'string') return [];
    return message.content.flatMap(block => {
      const number = this.#blocks.get(message.id) ?? 0;
      this.#blocks.set(message.id, number + 1);
      if (block.type === 'tool_use') return this.#toolStarted(block);
      if (isSubAgent(parent_tool_use_id)) return subAgentText(block, parent_tool_use_id);
      if (this.#streamed.has(message.id)) return [];
      return wholeText(block, `${message.id}:${number}`);
    });
  }

  #toolStarted({ id, name, input }: ContentBlock): AgentEvent[] {
    if (id === undefined || name === undefined || this.#openTools.has(id)) return [];
    this.#openTools.set(id, { name, input });
    const text = JSON.stringify(input ?? {});
    return [{ type: 'tool.started', item: id, name, title: toolTitle(name, input), input: { text } }];
  }

  #user({ message, tool_use_result: details, parent_tool_use_id }: UserMessage): AgentEvent[] {
    if (typeof message.content === 'string') return [];
    return message.content.flatMap(block => {
      if (block.type !== 'tool_result' || block.tool_use_id === undefined) return [];
      const events = this.#toolEnded(block, block.tool_use_id, details);
      return isSubAgent(parent_tool_use_id) ? events.map(readInSubAgent) : events;
    });
  }

  #toolEnded(block: ContentBlock, item: string, details: unknown): AgentEvent[] {
    const tool = this.#openTools.get(item);
    this.#openTools.delete(item);
    const status = this.#statusOf(block, item);
    const exitCode = status === 'declined' ? undefined : exitCodeOf(tool?.name, block);
    const ended: AgentEvent = {
      type: 'tool.ended',
      item,
      status,
      output: { text: resultText(block.content) },
      ...(exitCode === undefined ? {} : { exit_code: exitCode }),
    };
    const changed =
      status === 'completed' ? fileChange(tool?.name, tool?.input, details, this.#workspace) : undefined;
    return changed === undefined ? [ended] : [changed, ended];
  }

  #statusOf(block: ContentBlock, item: string): Extract<AgentEvent, { type: 'tool.ended' }>['status'] {
    if (block.is_error !== true) return 'completed';
    if (this.#declined.delete(item)) return 'declined';
    return this.#isStopping ? 'interrupted' : 'failed';
  }

  #system(message: SystemMessage): AgentEvent[] {
    switch (message.subtype) {
      case 'permission_denied':
        if (typeof message.tool_use_id === 'string') this.#declined.add(message.tool_use_id);
        return [];
      case 'api_retry':
        return [{ type: 'error', error: retryError(message), will_retry: true }];
      case 'compact_boundary':
        return [{ type: 'notice', text: 'Claude Code compacted the conversation.' }];
      case 'model_fallback':
        return [
          { type: 'notice', text: `Claude Code went on with ${message.fallback_model ?? 'another model'}.` },
        ];
      default:
        return [];
    }
  }
}

function isSubAgent(parent: string | null | undefined): parent is string {
  return typeof parent === 'string';
}

function readInSubAgent(event: AgentEvent): AgentEvent {
  return event.type === 'tool.ended' ? { ...event, in_sub_agent: true } : event;
}

/** A sub-agent's words belong to the call that runs it, not to the thread's own text. */
function subAgentText(block: ContentBlock, item: string): AgentEvent[] {
  return block.type === 'text' && block.text
    ? [{ type: 'tool.progress', item, text: `${block.text}\n` }]
    : [];
}

function wholeText(block: ContentBlock, item: string): AgentEvent[] {
  if (block.type === 'text' && block.text) return [{ type: 'text', item, text: block.text, done: true }];
  if (block.type === 'thinking' && block.thinking) {
    return [{ type: 'reasoning', item, text: block.thinking, done: true }];
  }
  return [];
}
