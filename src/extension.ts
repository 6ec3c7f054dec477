import * as vscode from 'vscode';
import { commandTable } from './commands/commandTable.ts';
import { registerAgentTools } from './languageModel/agentTools.ts';
import { McpOffer } from './languageModel/mcpOffer.ts';
import { ThreadLinks } from './terminals/threadLinks.ts';
import { ThreadTerminals } from './terminals/threadTerminals.ts';
import { DoneNotifications } from './views/doneNotifications.ts';
import { FleetStatus } from './views/fleetStatus.ts';
import { RequestNotifications } from './views/requestNotifications.ts';
import { StoppedThreads } from './views/stoppedThreads.ts';
import type { Stop } from './views/stops.ts';
import { ThreadsView } from './views/threadsView.ts';
import { TroubleWarnings } from './views/troubleWarnings.ts';
import { registerCommands } from './vscode/commandGate.ts';
import { DockFolders } from './vscode/dockFolders.ts';
import { HostConnector } from './vscode/hostConnector.ts';
import { useTranslations } from './vscode/localize.ts';
import { createLogger } from './vscode/logger.ts';
import { PromptEditor } from './vscode/promptEditor.ts';
import { ReadOnlyTexts } from './vscode/readOnlyTexts.ts';

/** Composes the parts. Each stands by itself: one that fails is logged and leaves the others working. */
export function activate(context: vscode.ExtensionContext): void {
  useTranslations((message, ...values) => vscode.l10n.t(message, ...values));
  const logger = createLogger();
  const connector = new HostConnector(context, logger);
  const folders = new DockFolders(workspace => connector.connect(workspace), logger);
  const terminals = new ThreadTerminals(folders, context.workspaceState);
  const promptEditor = new PromptEditor();
  const readOnlyTexts = new ReadOnlyTexts();
  const isInFront = ({ folder, thread }: Stop) =>
    terminals.inFront?.folder.key === folder && terminals.inFront.thread === thread;
  const stopped = new StoppedThreads(folders, isInFront);
  context.subscriptions.push(logger, folders, terminals, promptEditor, readOnlyTexts, stopped);

  const contributions: Readonly<Record<string, () => vscode.Disposable>> = {
    commands: () =>
      registerCommands(commandTable({ folders, terminals, promptEditor, readOnlyTexts, logger }), logger),
    threads: () => new ThreadsView(folders, stopped),
    troubles: () => new TroubleWarnings(folders, logger),
    requests: () => new RequestNotifications(folders, isInFront),
    'all done': () => new DoneNotifications(folders, isInFront),
    status: () => new FleetStatus(folders),
    'agent tools': () => registerAgentTools(folders),
    'MCP server': () => new McpOffer(folders, connector.version),
    links: () => vscode.window.registerTerminalLinkProvider(new ThreadLinks(terminals)),
  };
  for (const [name, contribute] of Object.entries(contributions)) {
    try {
      context.subscriptions.push(contribute());
    } catch (error) {
      logger.error(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  connector
    .addLauncher()
    .catch(error => logger.error(`launcher: ${error instanceof Error ? error.message : String(error)}`));
}
