import * as vscode from 'vscode';
import { toToolError } from '../contracts/errors.ts';
import { t } from './localize.ts';
import type { Logger } from './logger.ts';

/** One message per failure: what happened, the next step, and a way to the logs. A cancellation says nothing. */
export async function showFailure(error: unknown, logger: Logger): Promise<void> {
  if (error instanceof vscode.CancellationError) return;
  const { code, message, hint } = toToolError(error);
  if (code === 'cancelled') return;
  logger.error(`${code}: ${message}`);
  const showLogs = t('Show Logs');
  const text = hint === undefined ? message : `${message} ${hint}`;
  const choice = await vscode.window.showErrorMessage(text, showLogs);
  if (choice === showLogs) logger.show();
}

/** A question that must be answered before something that cannot be taken back. */
export async function confirm(question: string, detail: string, action: string): Promise<boolean> {
  const choice = await vscode.window.showWarningMessage(question, { modal: true, detail }, action);
  return choice === action;
}
