import * as vscode from 'vscode';
import type { CommandId } from './commandIds.ts';
import type { Logger } from './logger.ts';
import { showFailure } from './notifications.ts';

export type CommandHandler = (argument?: unknown) => Promise<void> | void;
export type CommandTable = Readonly<Record<CommandId, CommandHandler>>;

/** The only place that registers commands: one failure is one message with a way to the logs. */
export function registerCommands(table: CommandTable, logger: Logger): vscode.Disposable {
  const registered = Object.entries(table).map(([id, handler]) =>
    vscode.commands.registerCommand(id, async (argument?: unknown) => {
      try {
        await handler(argument);
      } catch (error) {
        await showFailure(error, logger);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

/** Runs one of our commands, or the focus command of our view. */
export async function runCommand(
  id: CommandId | 'agentdock.threads.focus',
  argument?: unknown,
): Promise<void> {
  await vscode.commands.executeCommand(id, argument);
}

/** Closes an untitled document without asking whether to save it. */
export async function revertAndCloseActiveEditor(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
}
