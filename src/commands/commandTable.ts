import type { CommandTable } from '../vscode/commandGate.ts';
import { answer } from './answer.ts';
import { cancelThread } from './cancelThread.ts';
import type { CommandContext } from './commandContext.ts';
import { copyThreadId } from './copyThreadId.ts';
import { forgetPermissions } from './forgetPermissions.ts';
import { initializeWorkspace } from './initializeWorkspace.ts';
import { openNativeTerminal } from './openNativeTerminal.ts';
import { openTerminal } from './openTerminal.ts';
import { resumeWorker } from './resumeWorker.ts';
import { retryConnection } from './retryConnection.ts';
import { sendMessage } from './sendMessage.ts';
import { showLogs } from './showLogs.ts';
import { spawnWorker, startMaster } from './spawnThread.ts';

/** Every command and what it does. */
export function commandTable(context: CommandContext): CommandTable {
  return {
    'agentdock.initializeWorkspace': () => initializeWorkspace(context),
    'agentdock.spawnWorker': argument => spawnWorker(context, argument),
    'agentdock.startMaster': argument => startMaster(context, argument),
    'agentdock.resumeWorker': argument => resumeWorker(context, argument),
    'agentdock.answer': argument => answer(context, argument),
    'agentdock.forgetPermissions': argument => forgetPermissions(context, argument),
    'agentdock.sendMessage': argument => sendMessage(context, argument),
    'agentdock.openTerminal': argument => openTerminal(context, argument),
    'agentdock.openNativeTerminal': argument => openNativeTerminal(context, argument),
    'agentdock.cancel': argument => cancelThread(context, argument),
    'agentdock.copyThreadId': argument => copyThreadId(context, argument),
    'agentdock.retryConnection': () => retryConnection(context),
    'agentdock.showLogs': () => showLogs(context),
    'agentdock.usePrompt': () => context.promptEditor.use(),
  };
}
