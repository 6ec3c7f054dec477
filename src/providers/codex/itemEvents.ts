import type { AgentEvent } from '../../contracts/agentEvent.ts';
import { oneLine } from '../../core/oneLine.ts';
import { commandTitle, unwrapShell } from './commandTitle.ts';
import type { CommandItem, FileChangeItem, Item, McpItem } from './items.ts';

type ToolStarted = Extract<AgentEvent, { type: 'tool.started' }>;
type ToolEnded = Extract<AgentEvent, { type: 'tool.ended' }>;

/** How an item of the kinds that are tools looks to a person; undefined for texts and Codex's own notes. */
export function toolStarted(item: Item): ToolStarted | undefined {
  const started = (name: string, title: string, input?: string): ToolStarted => ({
    type: 'tool.started',
    item: item.id,
    name,
    title,
    ...(input === undefined ? {} : { input: { text: input } }),
  });
  switch (item.type) {
    case 'commandExecution':
      return started('exec_command', commandTitle(item.command), unwrapShell(item.command));
    case 'fileChange':
      return started('apply_patch', oneLine(item.changes.map(change => change.path).join(', ')));
    case 'mcpToolCall':
      return started(mcpName(item), oneLine(JSON.stringify(item.arguments) ?? ''), jsonText(item.arguments));
    case 'other':
      return started(item.kind, item.kind);
    default:
      return undefined;
  }
}

/** The end of the same item, and the files it changed. */
export function toolEnded(item: Item): readonly AgentEvent[] {
  switch (item.type) {
    case 'commandExecution':
      return [commandEnded(item)];
    case 'fileChange':
      return [
        { type: 'tool.ended', item: item.id, status: statusOf(item.status) },
        ...(item.status === 'completed' ? fileChanges(item) : []),
      ];
    case 'mcpToolCall':
      return [
        {
          type: 'tool.ended',
          item: item.id,
          status: statusOf(item.status),
          output: { text: item.error?.message ?? contentText(item.result?.content ?? []) },
        },
      ];
    case 'other':
      return [{ type: 'tool.ended', item: item.id, status: statusOf(item.status ?? 'completed') }];
    default:
      return [];
  }
}

function commandEnded(item: CommandItem): ToolEnded {
  return {
    type: 'tool.ended',
    item: item.id,
    status: statusOf(item.status),
    ...(item.aggregatedOutput == null ? {} : { output: { text: item.aggregatedOutput } }),
    ...(item.exitCode == null ? {} : { exit_code: item.exitCode }),
  };
}

/** A rename is the end of one file and the beginning of another. */
function fileChanges(item: FileChangeItem): readonly AgentEvent[] {
  return item.changes.flatMap(({ path, kind }): AgentEvent[] => {
    if (kind.move_path) {
      return [
        { type: 'file.changed', path, kind: 'delete' },
        { type: 'file.changed', path: kind.move_path, kind: 'add' },
      ];
    }
    const what = kind.type === 'add' || kind.type === 'delete' ? kind.type : 'update';
    return [{ type: 'file.changed', path, kind: what }];
  });
}

function statusOf(status: string): ToolEnded['status'] {
  if (status === 'completed' || status === 'declined') return status;
  return status === 'inProgress' ? 'interrupted' : 'failed';
}

function mcpName({ server, tool }: McpItem): string {
  return `${server}.${tool}`;
}

function contentText(content: readonly unknown[]): string {
  return content
    .map(part =>
      typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string'
        ? part.text
        : jsonText(part),
    )
    .join('\n');
}

function jsonText(value: unknown): string {
  return JSON.stringify(value, undefined, 2) ?? '';
}
