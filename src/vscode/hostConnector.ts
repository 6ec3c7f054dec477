import { delimiter, join } from 'node:path';
import type * as vscode from 'vscode';
import { connect } from '../client/connect.ts';
import type { WindowIdentity } from '../client/connectOptions.ts';
import type { DockClient } from '../client/dockClient.ts';
import { registerWindowKey } from '../client/registerWindowKey.ts';
import { startHost } from '../client/startHost.ts';
import { withPath } from '../core/withPath.ts';
import { Installation, type Installed } from './installation.ts';
import type { Logger } from './logger.ts';
import { readUserSettings } from './settings.ts';
import { windowIdentity } from './windowIdentity.ts';

/** Brings a folder's host and this window together: the runtime's copy, the window's key, the start of a host. */
export class HostConnector {
  readonly #context: vscode.ExtensionContext;
  readonly #logger: Logger;
  readonly #installation: Installation;
  #identity: Promise<WindowIdentity> | undefined;

  constructor(context: vscode.ExtensionContext, logger: Logger) {
    this.#context = context;
    this.#logger = logger;
    this.#installation = new Installation({
      dist: join(context.extensionPath, 'dist'),
      storage: context.globalStorageUri.fsPath,
      version: this.version,
      node: process.execPath,
    });
  }

  /** `workspace`: the folder the host works in. */
  connect(workspace: string): DockClient {
    return connect({
      workspace,
      kind: 'window',
      version: this.version,
      window: () => this.#windowIdentity(),
      startHost: () => this.#startHost(workspace),
      log: message => this.#logger.info(message),
    });
  }

  /** Puts `agentdock` on the PATH of VS Code's terminals. */
  async addLauncher(): Promise<void> {
    await this.#installed();
  }

  async #installed(): Promise<Installed> {
    const installed = await this.#installation.get();
    const { environmentVariableCollection: variables } = this.#context;
    variables.description = 'agentdock';
    variables.prepend('PATH', installed.launcherFolder + delimiter);
    return installed;
  }

  async #startHost(workspace: string): Promise<void> {
    const { hostScript, launcherFolder } = await this.#installed();
    const environment = withPath(process.env, launcherFolder);
    this.#logger.info('starting a host');
    const settings = readUserSettings();
    await startHost({ hostScript, workspace, environment, settings, startedBy: 'window' });
  }

  /** Asked for anew at each connection, but once for all that connect in the same moment: they must not make two. */
  #windowIdentity(): Promise<WindowIdentity> {
    this.#identity ??= windowIdentity(this.#context.secrets, registerWindowKey).finally(() => {
      this.#identity = undefined;
    });
    return this.#identity;
  }

  /** Of the extension. */
  get version(): string {
    const { version }: { version?: unknown } = this.#context.extension.packageJSON;
    return typeof version === 'string' ? version : '0.0.0';
  }
}
