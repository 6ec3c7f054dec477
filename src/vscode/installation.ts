import { join } from 'node:path';
import { errorCodeOf, storageError } from '../core/storageError.ts';
import { installLauncher } from './installLauncher.ts';
import { installRuntime, type Runtime } from './installRuntime.ts';

export interface Installed extends Runtime {
  /** Holds `agentdock`, for the PATH. */
  readonly launcherFolder: string;
}

export interface InstallationOptions {
  /** Where the bundles are: the extension's `dist/`. */
  readonly dist: string;
  readonly storage: string;
  readonly version: string;
  /** The program that can run as Node: VS Code's own. */
  readonly node: string;
}

/** The copy that host and command run from, with the command's launcher: made once, and tried again where that failed. */
export class Installation {
  readonly #options: InstallationOptions;
  #installed: Promise<Installed> | undefined;

  constructor(options: InstallationOptions) {
    this.#options = options;
  }

  /** Throws `storage_unavailable`. */
  get(): Promise<Installed> {
    this.#installed ??= this.#install().catch((error: unknown) => {
      // A full disk may have room again at the next try.
      this.#installed = undefined;
      throw isPassing(error) ? error : storageError('install AgentDock in', this.#options.storage, error);
    });
    return this.#installed;
  }

  async #install(): Promise<Installed> {
    const { storage, node } = this.#options;
    const runtime = await installRuntime(this.#options);
    const folder = join(storage, 'bin');
    const launcherFolder = await installLauncher({ folder, node, cliScript: runtime.cliScript });
    return { ...runtime, launcherFolder };
  }
}

/** As while another program looks at the files: the next try may succeed. */
function isPassing(error: unknown): boolean {
  const code = errorCodeOf(error);
  return code === 'EBUSY' || code === 'EPERM';
}
