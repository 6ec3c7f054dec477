import type { CommandTable } from '../vscode/commandGate.ts';
import { cancelThread } from './cancelThread.ts';
import type { CommandContext } from './commandContext.ts';
import { copyThreadId } from './copyThreadId.ts';
import { initializeWorkspace } from './initializeWorkspace.ts';
import { openTerminal } from './openTerminal.ts';
import { resumeWorker } from './resumeWorker.ts';
import { retryConnection } from './retryConnection.ts';
import { showLogs } from './showLogs.ts';
import { spawnWorker } from './spawnWorker.ts';

/** Every command and what it does. */
export function commandTable(context: CommandContext): CommandTable {
  return {
    'agentdock.initializeWorkspace': () => initializeWorkspace(context),
    'agentdock.spawnWorker': argument => spawnWorker(context, argument),
    'agentdock.resumeWorker': argument => resumeWorker(context, argument),
    'agentdock.openTerminal': argument => openTerminal(context, argument),
    'agentdock.cancel': argument => cancelThread(context, argument),
    'agentdock.copyThreadId': argument => copyThreadId(context, argument),
    'agentdock.retryConnection': () => retryConnection(context),
    'agentdock.showLogs': () => showLogs(context),
    'agentdock.usePrompt': () => context.promptEditor.use(),
  };
}
