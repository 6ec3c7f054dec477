import type { WelcomeState } from '../vscode/contextKeys.ts';

export interface FolderSummary {
  readonly connection: 'connecting' | 'connected' | 'offline';
  readonly threads: number;
  readonly hasProvider: boolean | undefined;
}

/** No folder and no trust are VS Code's own context keys; here are the states of the folders that take part. */
export function welcomeState(folders: readonly FolderSummary[]): WelcomeState {
  if (folders.length === 0) return 'notInitialized';
  if (folders.some(folder => folder.threads > 0)) return 'none';
  if (folders.some(folder => folder.connection === 'connected')) {
    const isMissing = folders.every(
      folder => folder.hasProvider === false || folder.connection !== 'connected',
    );
    return isMissing ? 'noProvider' : 'noThreads';
  }
  return folders.some(folder => folder.connection === 'connecting') ? 'connecting' : 'offline';
}
