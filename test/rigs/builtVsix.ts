import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { thisTarget } from '../../esbuild.mjs';
import { packageVsix } from '../../scripts/packageVsix.ts';
import { withFileLock } from '../clis/fileLock.ts';
import { cacheFolder, projectRoot } from './projectRoot.ts';

/** Path of a VSIX for this machine, packaged again when something in it has changed since. */
export async function builtVsix(): Promise<string> {
  const vsix = join(cacheFolder, `agentdock-${thisTarget}.vsix`);
  await withFileLock(`${vsix}.lock`, async () => {
    if (changedAt([vsix]) < changedAt(sources())) await packageVsix(thisTarget, vsix);
  });
  return vsix;
}

function sources(): string[] {
  const patterns = ['dist/*', 'media/*', 'package*.json', '*.md', '.vscodeignore'];
  return globSync(patterns, { cwd: projectRoot }).map(file => join(projectRoot, file));
}

/** The latest change of any of the files; 0 when there is none. */
function changedAt(files: readonly string[]): number {
  return Math.max(0, ...files.map(file => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0));
}
