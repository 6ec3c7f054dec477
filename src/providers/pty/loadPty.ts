import { DockError } from '../../contracts/errors.ts';

type PtyModule = typeof import('node-pty');
export type SpawnPty = PtyModule['spawn'];

/** node-pty is native and may be missing for a platform, so it is loaded only when a program is to run. */
export async function loadPty(
  importModule: () => Promise<PtyModule> = () => import('node-pty'),
): Promise<SpawnPty> {
  try {
    return (await importModule()).spawn;
  } catch (cause) {
    throw new DockError('provider_missing', 'The terminal module node-pty could not be loaded.', {
      hint: `Install the AgentDock package for ${process.platform}-${process.arch}.`,
      cause,
    });
  }
}
