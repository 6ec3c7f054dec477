import type { CancellationToken } from 'vscode';

/** VS Code's way to take something back, in the form the rest of AgentDock knows. To be disposed when the work ends. */
export function signalOf(token: CancellationToken): { readonly signal: AbortSignal; dispose(): void } {
  const aborter = new AbortController();
  if (token.isCancellationRequested) aborter.abort();
  const subscription = token.onCancellationRequested(() => aborter.abort());
  return { signal: aborter.signal, dispose: () => subscription.dispose() };
}
