import { userEnvironment } from '../../src/providers/process/environment.ts';
import { resolveBinary } from '../../src/providers/process/resolveBinary.ts';

/**
 * Path of a desktop VS Code's `code`. In a terminal of VS Code's server (WSL, SSH, container), known by the socket to its
 * window, `code` is another program: it takes no notice of the demo's own folders and would install into the person's.
 */
export async function findDesktop(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (environment['VSCODE_IPC_HOOK_CLI']) return undefined;
  const found = await resolveBinary({
    name: 'code',
    variable: 'AGENTDOCK_CODE_BIN',
    setting: undefined,
    environment: userEnvironment(environment),
  });
  return found?.path;
}
