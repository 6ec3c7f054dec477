import type { AgentEvent } from '../../contracts/agentEvent.ts';
import { toolEnded, toolStarted } from './itemEvents.ts';
import type { FileChangeItem, Item } from './items.ts';

/** The tools of one turn, from their start to their end. */
export class ToolItems {
  readonly #open = new Set<string>();
  readonly #fileChanges = new Map<string, FileChangeItem>();
  #wereAny = false;

  get areOpen(): boolean {
    return this.#open.size > 0;
  }

  get wereAny(): boolean {
    return this.#wereAny;
  }

  changeOf(itemId: string): FileChangeItem | undefined {
    return this.#fileChanges.get(itemId);
  }

  started(item: Item): readonly AgentEvent[] {
    if (item.type === 'fileChange') this.#fileChanges.set(item.id, item);
    const event = toolStarted(item);
    if (event === undefined) return [];
    this.#wereAny = true;
    this.#open.add(item.id);
    return [event];
  }

  ended(item: Item): readonly AgentEvent[] {
    // Some tools are only told about when they have ended.
    const begin = this.#open.has(item.id) ? [] : this.started(item);
    this.#open.delete(item.id);
    return [...begin, ...toolEnded(item)];
  }

  /** Of those that never came back. */
  endAll(): readonly AgentEvent[] {
    const left = [...this.#open].map(
      (item): AgentEvent => ({ type: 'tool.ended', item, status: 'interrupted' }),
    );
    this.#open.clear();
    return left;
  }
}
