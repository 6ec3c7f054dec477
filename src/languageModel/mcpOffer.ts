import * as vscode from 'vscode';
import { DockError } from '../contracts/errors.ts';
import type { DockFolder } from '../vscode/dockFolder.ts';
import type { DockFolders } from '../vscode/dockFolders.ts';
import { mcpSettingName, offersMcpServer } from '../vscode/settings.ts';
import { folderOfServer, type OfferedFolder, serverLabel } from './serverLabel.ts';

/** Declared in package.json. */
export const mcpProviderId = 'agentdock.host';

/** The real address is known once a host runs, and put in together with the token. */
const placeholder = vscode.Uri.parse('http://127.0.0.1/mcp');

/**
 * Offers the hosts' tools to VS Code as MCP servers, where the person's settings say so. VS Code keeps what is offered
 * on disk: the token is only told when a server is started.
 */
export class McpOffer
  implements vscode.McpServerDefinitionProvider<vscode.McpHttpServerDefinition>, vscode.Disposable
{
  readonly #folders: DockFolders;
  readonly #version: string;
  readonly #changes = new vscode.EventEmitter<void>();
  /** Counts a folder's connections: each has a token of its own. */
  readonly #connections = new Map<string, { readonly state: unknown; readonly count: number }>();
  readonly #subscriptions: readonly vscode.Disposable[];
  readonly onDidChangeMcpServerDefinitions = this.#changes.event;

  constructor(folders: DockFolders, version: string) {
    this.#folders = folders;
    this.#version = version;
    this.#subscriptions = [
      vscode.lm.registerMcpServerDefinitionProvider(mcpProviderId, this),
      folders.onDidChange(change => this.#follow(change?.folder)),
      vscode.workspace.onDidChangeConfiguration(change => {
        if (change.affectsConfiguration(mcpSettingName)) this.#changes.fire();
      }),
      this.#changes,
    ];
  }

  provideMcpServerDefinitions(): vscode.McpHttpServerDefinition[] {
    if (!vscode.workspace.isTrusted || !offersMcpServer()) return [];
    const offered = this.#offered();
    return offered.map(folder => {
      const version = `${this.#version}-${this.#connections.get(folder.dock.key)?.count ?? 0}`;
      return new vscode.McpHttpServerDefinition(serverLabel(folder, offered), placeholder, {}, version);
    });
  }

  async resolveMcpServerDefinition({
    label,
    version,
  }: vscode.McpHttpServerDefinition): Promise<vscode.McpHttpServerDefinition> {
    const folder = folderOfServer(label, this.#offered());
    if (folder === undefined || !offersMcpServer()) {
      throw new DockError('not_found', `AgentDock offers no server “${label}” any more.`);
    }
    const { url, token } = await folder.dock.client.toolEndpoint();
    const headers = { Authorization: `Bearer ${token}` };
    return new vscode.McpHttpServerDefinition(label, vscode.Uri.parse(url), headers, version);
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #offered(): readonly (OfferedFolder & { readonly dock: DockFolder })[] {
    return this.#folders.all.map(dock => ({ path: dock.folder.uri.fsPath, dock }));
  }

  /** Told for each change of a thread, too: only a new connection, or other folders, change what is offered. */
  #follow(folder: DockFolder | undefined): void {
    if (folder !== undefined) {
      const { state } = folder.client;
      const last = this.#connections.get(folder.key);
      if (state.kind !== 'connected' || last?.state === state) return;
      this.#connections.set(folder.key, { state, count: (last?.count ?? 0) + 1 });
    }
    this.#changes.fire();
  }
}
