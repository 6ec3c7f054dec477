import { delimiter, join } from 'node:path';
import type * as vscode from 'vscode';
import { connect, type WindowIdentity } from '../client/connect.ts';
import type { DockClient } from '../client/dockClient.ts';
import { registerWindowKey } from '../client/registerWindowKey.ts';
import { startHost } from '../client/startHost.ts';
import { withPath } from '../core/withPath.ts';
import { installLauncher } from './installLauncher.ts';
import { installRuntime, type Runtime } from './installRuntime.ts';
import type { Logger } from './logger.ts';
import { readUserSettings } from './settings.ts';
import { windowIdentity } from './windowIdentity.ts';

/** Brings a folder's host and this window together: the runtime's copy, the window's key, the start of a host. */
export class HostConnector {
  readonly #context: vscode.ExtensionContext;
  readonly #logger: Logger;
  #runtime: Promise<Runtime> | undefined;
  #launcher: Promise<string> | undefined;
  #identity: Promise<WindowIdentity> | undefined;

  constructor(context: vscode.ExtensionContext, logger: Logger) {
    this.#context = context;
    this.#logger = logger;
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
    const folder = await this.#launcherFolder();
    const { environmentVariableCollection: variables } = this.#context;
    variables.description = 'agentdock';
    variables.prepend('PATH', folder + delimiter);
  }

  async #startHost(workspace: string): Promise<void> {
    const { hostScript } = await this.#installed();
    const environment = withPath(process.env, await this.#launcherFolder());
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

  #installed(): Promise<Runtime> {
    const { extensionPath, globalStorageUri } = this.#context;
    this.#runtime ??= installRuntime({
      dist: join(extensionPath, 'dist'),
      storage: globalStorageUri.fsPath,
      version: this.version,
    }).catch(error => {
      // A full disk may have room again at the next try.
      this.#runtime = undefined;
      this.#launcher = undefined;
      throw error;
    });
    return this.#runtime;
  }

  #launcherFolder(): Promise<string> {
    this.#launcher ??= this.#installed().then(({ cliScript }) =>
      installLauncher({
        folder: join(this.#context.globalStorageUri.fsPath, 'bin'),
        node: process.execPath,
        cliScript,
      }),
    );
    return this.#launcher;
  }

  /** Of the extension. */
  get version(): string {
    const { version }: { version?: unknown } = this.#context.extension.packageJSON;
    return typeof version === 'string' ? version : '0.0.0';
  }
}
