import * as vscode from 'vscode';
import type { WelcomeState } from '../views/welcomeState.ts';

/** Context keys that `when` clauses in package.json ask for. */
export interface ContextKeys {
  /** Which welcome the empty Threads view shows. */
  readonly 'agentdock.welcome': WelcomeState;
  /** Whether a folder with `.agentdock/` is open. */
  readonly 'agentdock.initialized': boolean;
  /** Documents in which a prompt is being written, by URI. */
  readonly 'agentdock.promptEditors': readonly string[];
}

export const contextKeyNames: readonly (keyof ContextKeys)[] = [
  'agentdock.welcome',
  'agentdock.initialized',
  'agentdock.promptEditors',
];

/** The only place that sets context keys. */
export async function setContextKey<Name extends keyof ContextKeys>(
  name: Name,
  value: ContextKeys[Name],
): Promise<void> {
  await vscode.commands.executeCommand('setContext', name, value);
}
