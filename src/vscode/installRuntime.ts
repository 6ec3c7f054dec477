import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface Runtime {
  readonly hostScript: string;
  readonly cliScript: string;
}

const parts = [
  'host.js',
  'cli.js',
  'sql-wasm.wasm',
  'package.json',
  'skills',
  join('node_modules', 'node-pty'),
];

/**
 * The host and the command run from a copy of their own, so that an update of the extension does not take the files
 * from under a running host. One copy per version and content, made whole or not at all.
 */
export async function installRuntime(options: {
  /** Where the bundles are: the extension's `dist/`. */
  readonly dist: string;
  readonly storage: string;
  readonly version: string;
}): Promise<Runtime> {
  const { dist, storage, version } = options;
  const folder = join(storage, 'runtime', `${version}-${await contentMark(dist)}`);
  const runtime = { hostScript: join(folder, 'host.js'), cliScript: join(folder, 'cli.js') };
  if (await exists(folder)) return runtime;
  await mkdir(join(storage, 'runtime'), { recursive: true, mode: 0o700 });
  const fresh = await mkdtemp(`${folder}.`);
  try {
    for (const part of parts) await cp(join(dist, part), join(fresh, part), { recursive: true });
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // Another window was faster.
    if (!(await exists(folder))) throw error;
  }
  return runtime;
}

async function contentMark(dist: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['host.js', 'cli.js']) hash.update(await readFile(join(dist, file)));
  return hash.digest('hex').slice(0, 12);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
