import * as vscode from 'vscode';
import { toToolError } from '../contracts/errors.ts';
import { t } from './localize.ts';
import type { Logger } from './logger.ts';

/** One message per failure: what happened, the next step, and a way to the logs. A cancellation says nothing. */
export async function showFailure(error: unknown, logger: Logger): Promise<void> {
  await report(error, logger);
}

/** The same for work that may be tried again: true when the person wants to. */
export async function offerAnotherTry(error: unknown, logger: Logger): Promise<boolean> {
  const tryAgain = t('Try Again');
  return (await report(error, logger, tryAgain)) === tryAgain;
}

async function report(error: unknown, logger: Logger, ...actions: string[]): Promise<string | undefined> {
  if (error instanceof vscode.CancellationError) return undefined;
  const { code, message, hint } = toToolError(error);
  if (code === 'cancelled') return undefined;
  logger.error(`${code}: ${message}`);
  const showLogs = t('Show Logs');
  const text = hint === undefined ? message : `${message} ${hint}`;
  const choice = await vscode.window.showErrorMessage(text, ...actions, showLogs);
  if (choice === showLogs) logger.show();
  return choice;
}

/** A question that must be answered before something that cannot be taken back. */
export async function confirm(question: string, detail: string, action: string): Promise<boolean> {
  const choice = await vscode.window.showWarningMessage(question, { modal: true, detail }, action);
  return choice === action;
}
