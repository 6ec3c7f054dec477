import type { AgentEvent } from '../../contracts/agentEvent.ts';
import { toToolError } from '../../contracts/errors.ts';
import type { Usage } from '../../contracts/usage.ts';
import { classifyTurnError } from './classifyError.ts';
import { toolEnded, toolStarted } from './itemEvents.ts';
import type { FileChangeItem, Item } from './items.ts';
import type { Notification } from './notifications.ts';
import { makeTurnUsage } from './turnUsage.ts';

/** Turns the notifications of one turn into events. Holds only what joins them; does nothing itself. */
export interface TurnEvents {
  take(notification: Notification): readonly AgentEvent[];
  /** What is to be said at the end: tools that never came back, the tokens used. */
  finish(): readonly AgentEvent[];
  /** The agent's last text so far. */
  result(): string | undefined;
  usage(): Usage | undefined;
  /** A change of files, for the question whether it may be made. */
  changeOf(itemId: string): FileChangeItem | undefined;
  toolsOpen(): boolean;
  /** Whether anything may have been started that could outlive the turn. */
  usedTools(): boolean;
}

export function makeTurnEvents(): TurnEvents {
  const streamed = new Set<string>();
  const openTools = new Set<string>();
  const fileChanges = new Map<string, FileChangeItem>();
  const usage = makeTurnUsage();
  let result: string | undefined;
  let usedTools = false;
  let requests = 0;

  const started = (item: Item): readonly AgentEvent[] => {
    if (item.type === 'fileChange') fileChanges.set(item.id, item);
    const event = toolStarted(item);
    if (event === undefined) return [];
    usedTools = true;
    openTools.add(item.id);
    return [event];
  };

  const ended = (item: Item): readonly AgentEvent[] => {
    switch (item.type) {
      case 'agentMessage':
      case 'plan':
        if (item.type === 'agentMessage' && item.text !== '') result = item.text;
        return [{ type: 'text', item: item.id, text: streamed.has(item.id) ? '' : item.text, done: true }];
      case 'reasoning': {
        const text = [...item.summary, ...item.content].join('\n\n');
        if (streamed.has(item.id)) return [{ type: 'reasoning', item: item.id, text: '', done: true }];
        return text === '' ? [] : [{ type: 'reasoning', item: item.id, text, done: true }];
      }
      case 'contextCompaction':
        return [{ type: 'notice', text: 'Codex summed up the earlier conversation to make room.' }];
      default: {
        // Some tools are only told about when they have ended.
        const begin = openTools.has(item.id) ? [] : started(item);
        openTools.delete(item.id);
        return [...begin, ...toolEnded(item)];
      }
    }
  };

  const piece = (type: 'text' | 'reasoning', item: string, text: string): readonly AgentEvent[] => {
    streamed.add(item);
    return [{ type, item, text }];
  };

  const parts = new Map<string, number>();
  /** A new part of a summary is a paragraph of its own. */
  const summaryPiece = (item: string, part: number, text: string): readonly AgentEvent[] => {
    const isNext = streamed.has(item) && parts.get(item) !== part;
    parts.set(item, part);
    return piece('reasoning', item, isNext ? `\n\n${text}` : text);
  };

  const take = (notification: Notification): readonly AgentEvent[] => {
    const { method, params } = notification;
    switch (method) {
      case 'item/started':
        return started(params.item);
      case 'item/completed':
        return ended(params.item);
      case 'item/agentMessage/delta':
      case 'item/plan/delta':
        return piece('text', params.itemId, params.delta);
      case 'item/reasoning/summaryTextDelta':
        return summaryPiece(params.itemId, params.summaryIndex, params.delta);
      case 'item/reasoning/textDelta':
        return piece('reasoning', params.itemId, params.delta);
      case 'item/commandExecution/outputDelta':
        return [{ type: 'tool.progress', item: params.itemId, text: params.delta }];
      case 'item/mcpToolCall/progress':
        return [{ type: 'tool.progress', item: params.itemId, text: params.message }];
      case 'thread/tokenUsage/updated':
        requests += 1;
        usage.update(params.tokenUsage);
        return [];
      case 'error':
        // One that ends the turn is told by the turn's end.
        if (!params.willRetry) return [];
        return [{ type: 'error', error: toToolError(classifyTurnError(params.error)), will_retry: true }];
      case 'warning':
        return [{ type: 'notice', text: params.message }];
      case 'model/rerouted':
        return [{ type: 'notice', text: `Codex answers with the model ${params.toModel ?? 'it chose'}.` }];
      case 'mcpServer/startupStatus/updated':
        if (params.status !== 'failed') return [];
        return [
          {
            type: 'notice',
            text: `The MCP server ${params.name} did not start: ${params.error ?? 'no reason'}`,
          },
        ];
      case 'turn/started':
      case 'turn/completed':
      case 'thread/closed':
      case 'serverRequest/resolved':
        return [];
    }
  };

  return {
    take,
    finish: () => {
      const left = [...openTools].map(
        (item): AgentEvent => ({ type: 'tool.ended', item, status: 'interrupted' }),
      );
      openTools.clear();
      const used = usage.usage();
      return used === undefined ? left : [...left, { type: 'usage', usage: used }];
    },
    result: () => result,
    usage: usage.usage,
    changeOf: itemId => fileChanges.get(itemId),
    toolsOpen: () => openTools.size > 0,
    // Commands that the sandbox stopped are not told about; a second request to the model is what they leave.
    usedTools: () => usedTools || requests > 1,
  };
}
