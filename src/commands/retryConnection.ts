import type { CommandContext } from './commandContext.ts';

/** Connects again where that failed, and looks again for folders and agent CLIs. */
export async function retryConnection({ folders }: CommandContext): Promise<void> {
  await folders.refresh();
  for (const folder of folders.all) {
    if (folder.client.state.kind === 'offline') folder.client.retry();
    else folder.refreshProviders();
  }
}
