import * as vscode from 'vscode';

/** What the Threads view says when it has nothing to show; the words are in package.json's `viewsWelcome`. */
export type WelcomeState = 'none' | 'notInitialized' | 'connecting' | 'offline' | 'noProvider' | 'noThreads';

/** Context keys that `when` clauses in package.json ask for. */
export interface ContextKeys {
  /** Which welcome the empty Threads view shows. */
  readonly 'agentdock.welcome': WelcomeState;
  /** Whether a folder with `.agentdock/` is open. */
  readonly 'agentdock.initialized': boolean;
  /** Documents in which a prompt is being written, by URI. */
  readonly 'agentdock.promptEditors': readonly string[];
}

/** The only place that sets context keys. */
export async function setContextKey<Name extends keyof ContextKeys>(
  name: Name,
  value: ContextKeys[Name],
): Promise<void> {
  await vscode.commands.executeCommand('setContext', name, value);
}
