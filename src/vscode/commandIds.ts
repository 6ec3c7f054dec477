/** The commands of the palette, the tree and the welcome views; package.json declares the same ones. */
export const commandIds = [
  'agentdock.initializeWorkspace',
  'agentdock.spawnWorker',
  'agentdock.startMaster',
  'agentdock.resumeWorker',
  'agentdock.answer',
  'agentdock.forgetPermissions',
  'agentdock.sendMessage',
  'agentdock.openTerminal',
  'agentdock.openNativeTerminal',
  'agentdock.cancel',
  'agentdock.copyThreadId',
  'agentdock.retryConnection',
  'agentdock.showLogs',
  'agentdock.usePrompt',
] as const;

export type CommandId = (typeof commandIds)[number];

/** The view that shows the threads, and what VS Code makes of its name. */
export const threadsViewId = 'agentdock.threads';
export const focusThreadsCommand = `${threadsViewId}.focus`;
