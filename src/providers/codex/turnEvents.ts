import type { AgentEvent } from '../../contracts/agentEvent.ts';
import type { Usage } from '../../contracts/usage.ts';
import type { FileChangeItem, Item } from './items.ts';
import type { Notification } from './notifications.ts';
import { serverNotices } from './serverNotices.ts';
import { StreamedTexts } from './streamedTexts.ts';
import { ToolItems } from './toolItems.ts';
import { makeTurnUsage } from './turnUsage.ts';

/** Turns the notifications of one turn into events. Holds only what joins them; does nothing itself. */
export class TurnEvents {
  readonly #texts = new StreamedTexts();
  readonly #tools = new ToolItems();
  readonly #usage = makeTurnUsage();
  #result: string | undefined;
  #requests = 0;

  /** The agent's last text so far. */
  get result(): string | undefined {
    return this.#result;
  }

  get usage(): Usage | undefined {
    return this.#usage.usage();
  }

  get toolsOpen(): boolean {
    return this.#tools.areOpen;
  }

  /** Whether anything may have been started that could outlive the turn. */
  get usedTools(): boolean {
    // Commands that the sandbox stopped are not told about; a second request to the model is what they leave.
    return this.#tools.wereAny || this.#requests > 1;
  }

  /** A change of files, for the question whether it may be made. */
  changeOf(itemId: string): FileChangeItem | undefined {
    return this.#tools.changeOf(itemId);
  }

  take(notification: Notification): readonly AgentEvent[] {
    switch (notification.method) {
      case 'item/started':
        return this.#tools.started(notification.params.item);
      case 'item/completed':
        return this.#ended(notification.params.item);
      case 'item/agentMessage/delta':
      case 'item/plan/delta':
        return this.#texts.piece('text', notification.params);
      case 'item/reasoning/summaryTextDelta':
        return this.#texts.summaryPiece(notification.params);
      case 'item/reasoning/textDelta':
        return this.#texts.piece('reasoning', notification.params);
      case 'item/commandExecution/outputDelta':
        return progress(notification.params.itemId, notification.params.delta);
      case 'item/mcpToolCall/progress':
        return progress(notification.params.itemId, notification.params.message);
      case 'thread/tokenUsage/updated':
        this.#requests += 1;
        this.#usage.update(notification.params.tokenUsage);
        return [];
      case 'turn/started':
      case 'turn/completed':
      case 'thread/closed':
      case 'serverRequest/resolved':
        return [];
      default:
        return serverNotices(notification);
    }
  }

  /** What is to be said at the end: tools that never came back, the tokens used. */
  finish(): readonly AgentEvent[] {
    const left = this.#tools.endAll();
    const { usage } = this;
    return usage === undefined ? left : [...left, { type: 'usage', usage }];
  }

  #ended(item: Item): readonly AgentEvent[] {
    switch (item.type) {
      case 'agentMessage':
        if (item.text !== '') this.#result = item.text;
        return this.#texts.ended(item);
      case 'plan':
      case 'reasoning':
        return this.#texts.ended(item);
      case 'contextCompaction':
        return [{ type: 'notice', text: 'Codex summed up the earlier conversation to make room.' }];
      default:
        return this.#tools.ended(item);
    }
  }
}

function progress(item: string, text: string): readonly AgentEvent[] {
  return [{ type: 'tool.progress', item, text }];
}
