import * as vscode from 'vscode';

/** What the extension tells about itself. Never prompts, terminal text, environment values or tokens. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  show(): void;
}

export function createLogger(): Logger & vscode.Disposable {
  const channel = vscode.window.createOutputChannel('AgentDock', { log: true });
  return {
    info: message => channel.info(message),
    warn: message => channel.warn(message),
    error: message => channel.error(message),
    show: () => channel.show(true),
    dispose: () => channel.dispose(),
  };
}
