import * as vscode from 'vscode';
import { toToolError } from '../contracts/errors.ts';
import { type PermissionMode, permissionModes } from '../contracts/thread.ts';
import type { ToolReply } from '../contracts/tools.ts';
import type { OutsideTool } from '../core/outsideTools.ts';
import { escaped } from '../views/escaped.ts';
import type { DockFolder } from '../vscode/dockFolder.ts';
import type { DockFolders } from '../vscode/dockFolders.ts';
import { signalOf } from '../vscode/signalOf.ts';
import { type Confirmation, confirmationOf } from './confirmation.ts';
import { type NamedFolder, toolFolder } from './toolFolder.ts';

type Input = Readonly<Record<string, unknown>>;

/** One of the host's tools for VS Code's own agent, which acts as a master from outside and never as the person. */
export class AgentTool implements vscode.LanguageModelTool<Input> {
  readonly #name: OutsideTool['name'];
  readonly #folders: DockFolders;

  constructor(name: OutsideTool['name'], folders: DockFolders) {
    this.#name = name;
    this.#folders = folders;
  }

  async prepareInvocation({
    input,
  }: vscode.LanguageModelToolInvocationPrepareOptions<Input>): Promise<vscode.PreparedToolInvocation> {
    const folder = await this.#folderFor(input).catch(() => undefined);
    const confirmation = confirmationOf(this.#name, input, {
      folder: this.#folders.all.length > 1 ? folder?.folder.name : undefined,
      thread: folder?.client.threads.get(String(input['thread_id'])),
      defaultMode: await defaultMode(folder),
    });
    if (confirmation === undefined) return {};
    const { title } = confirmation;
    return { confirmationMessages: { title, message: confirmationText(confirmation) } };
  }

  async invoke(
    { input }: vscode.LanguageModelToolInvocationOptions<Input>,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult> {
    const { workspace_folder: _, ...args } = input;
    const { signal, dispose } = signalOf(token);
    try {
      const folder = await this.#folderFor(input);
      return resultOf(await folder.client.callAsAgent(this.#name, args, signal));
    } catch (error) {
      if (signal.aborted) throw new vscode.CancellationError();
      return resultOf({ ok: false, error: toToolError(error) });
    } finally {
      dispose();
    }
  }

  async #folderFor({ workspace_folder: wanted }: Input): Promise<DockFolder> {
    // Woken by a first call, the extension may not have looked for folders yet.
    if (this.#folders.all.length === 0) await this.#folders.refresh();
    return toolFolder(this.#folders.all.map(named), wanted).dock;
  }
}

function named(dock: DockFolder): NamedFolder & { readonly dock: DockFolder } {
  return { name: dock.folder.name, path: dock.folder.uri.fsPath, dock };
}

/** What the host gives a worker of an agent's whose mode is not said; unknown without a connection. */
async function defaultMode(folder: DockFolder | undefined): Promise<PermissionMode | undefined> {
  if (folder?.client.state.kind !== 'connected') return undefined;
  const status = await folder.client.status().catch(() => undefined);
  const mode = permissionModes.find(known => known === status?.settings?.default_permission_mode);
  return mode === 'full' ? 'ask' : mode;
}

function confirmationText({ facts, text }: Confirmation): vscode.MarkdownString {
  const lines = facts.map(([label, value]) => `**${label}:** ${escaped(value)}`);
  const message = new vscode.MarkdownString(lines.join('  \n'));
  return text === undefined ? message : message.appendMarkdown('\n').appendCodeblock(text, 'text');
}

/** VS Code has no mark for a call that failed: the model sees it by the name of the field. */
function resultOf(reply: ToolReply): vscode.LanguageModelToolResult {
  const text = JSON.stringify(reply.ok ? reply.result : { error: reply.error });
  return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
}
