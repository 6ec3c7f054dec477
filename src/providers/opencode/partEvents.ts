import type { AgentEvent } from '../../contracts/agentEvent.ts';
import type { Part, TextPart, ToolPart } from './parts.ts';
import { changedFiles, toolEnded, toolStarted } from './toolEvents.ts';

export interface PartEventOptions {
  readonly workspace: string;
  readonly emit: (event: AgentEvent) => void;
  /** Whether the permission of a call was refused. */
  readonly isDeclined: (callId: string) => boolean;
}

type Kind = 'text' | 'reasoning';

interface Item {
  readonly kind: Kind;
  text: string;
  isDone: boolean;
}

/**
 * Turns the parts of the agent's messages into events. Parts come whole with each change and again after a lost
 * connection, so what has been told is remembered.
 */
export class PartEvents {
  readonly #options: PartEventOptions;
  readonly #items = new Map<string, Item>();
  readonly #started = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #outputs = new Map<string, string>();

  constructor(options: PartEventOptions) {
    this.#options = options;
  }

  /** Tools that have begun and not ended. */
  get openTools(): number {
    return this.#started.size - this.#ended.size;
  }

  delta(partId: string, delta: string): void {
    const item = this.#items.get(partId);
    if (item === undefined || item.isDone || delta === '') return;
    item.text += delta;
    this.#options.emit({ type: item.kind, item: partId, text: delta });
  }

  part(part: Part): void {
    if (part.type === 'text' || part.type === 'reasoning') this.#text(part.type, part);
    if (part.type === 'tool') this.#tool(part);
  }

  #text(kind: Kind, part: TextPart): void {
    const item = this.#items.get(part.id) ?? { kind, text: '', isDone: false };
    this.#items.set(part.id, item);
    if (item.isDone) return;
    // The end of a text may come without the white space that was streamed.
    const rest = part.text.startsWith(item.text) ? part.text.slice(item.text.length) : '';
    item.text += rest;
    item.isDone = part.time?.end !== undefined;
    if (item.isDone) this.#options.emit({ type: kind, item: part.id, text: rest, done: true });
    else if (rest !== '') this.#options.emit({ type: kind, item: part.id, text: rest });
  }

  #tool(part: ToolPart): void {
    const { status, metadata } = part.state;
    // Pending: the arguments are still being written.
    if (status === 'pending' || this.#ended.has(part.id)) return;
    const { emit, workspace, isDeclined } = this.#options;
    if (!this.#started.has(part.id)) {
      this.#started.add(part.id);
      emit(toolStarted(part));
    }
    if (status === 'running') {
      this.#progress(part.id, metadata?.output ?? '');
      return;
    }
    this.#ended.add(part.id);
    this.#outputs.delete(part.id);
    for (const change of changedFiles(part, workspace)) emit(change);
    emit(toolEnded(part, isDeclined(part.callID)));
  }

  /** Nothing more comes: tools that have begun were interrupted. */
  close(): void {
    for (const item of this.#started) {
      if (!this.#ended.has(item)) this.#options.emit({ type: 'tool.ended', item, status: 'interrupted' });
      this.#ended.add(item);
    }
  }

  /** The output so far, of which OpenCode keeps only the end when it is long. */
  #progress(partId: string, output: string): void {
    const before = this.#outputs.get(partId) ?? '';
    if (output === before) return;
    this.#outputs.set(partId, output);
    const text = output.startsWith(before) ? output.slice(before.length) : newTail(before, output);
    if (text !== '') this.#options.emit({ type: 'tool.progress', item: partId, text });
  }
}

/** What follows the longest end of `before` that `output` begins with, past its own cut mark. */
function newTail(before: string, output: string): string {
  const end = before.slice(-200);
  const at = end === '' ? -1 : output.lastIndexOf(end);
  return at < 0 ? output : output.slice(at + end.length);
}
