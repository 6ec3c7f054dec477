import * as vscode from 'vscode';
import { restStates, type Thread } from '../contracts/thread.ts';
import { runsInPty } from '../core/runsInPty.ts';
import type { CommandId } from '../vscode/commandIds.ts';
import { t } from '../vscode/localize.ts';
import { safeLine } from './safeText.ts';
import { threadLook } from './stateLook.ts';
import { threadDescription } from './threadDescription.ts';
import { nodeId, type ThreadNode } from './threadTree.ts';

/** A thread's row. The tooltip comes when it is asked for. */
export function threadItem(
  node: ThreadNode,
  thread: Thread,
  {
    hasChildren,
    hasNativeTerminal,
    now,
  }: { readonly hasChildren: boolean; readonly hasNativeTerminal: boolean; readonly now: number },
): vscode.TreeItem {
  const item = new vscode.TreeItem(
    safeLine(thread.task_name),
    hasChildren ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None,
  );
  const { icon, color } = threadLook(thread);
  const command: CommandId = 'agentdock.openTerminal';
  // VS Code keeps a row of the same id as open or closed as it was: its first child would stay out of sight.
  item.id = nodeId(node.folder, node.thread) + (hasChildren ? '#open' : '');
  item.description = threadDescription(thread, now);
  item.iconPath = new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
  item.contextValue = threadContext(thread, hasNativeTerminal);
  item.accessibilityInformation = { label: `${item.label}, ${item.description}` };
  item.command = { command, title: t('Open Terminal'), arguments: [node] };
  return item;
}

/**
 * Words that the menus' `when` clauses look for: `thread`, then `rest` or `active`, `agent` where it is no program,
 * `native` where its own terminal is open or can be opened, `asks` while something can be answered, and `rules`
 * where something is allowed for the whole thread.
 */
function threadContext(thread: Thread, hasNativeTerminal: boolean): string {
  const isAtRest = restStates.has(thread.state) && thread.queue.length === 0;
  return [
    'thread',
    isAtRest ? 'rest' : 'active',
    ...(runsInPty(thread) ? [] : ['agent']),
    ...(hasNativeTerminal ? ['native'] : []),
    ...(thread.requests.length > 0 ? ['asks'] : []),
    ...(thread.rules.length > 0 ? ['rules'] : []),
  ].join(' ');
}
