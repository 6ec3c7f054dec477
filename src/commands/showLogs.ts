import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandContext } from './commandContext.ts';

/** Shows what this window logged, and where the hosts write theirs. */
export function showLogs({ folders, logger }: CommandContext): void {
  for (const { folder, root } of folders.all) {
    const file = join(root, '.agentdock', 'state', 'host.log');
    if (existsSync(file)) logger.info(`the host of ${folder.name} writes to ${file}`);
  }
  logger.show();
}
