import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { addNodePty, bundles } from '../esbuild.mjs';
import { shippedReadme } from './shippedReadme.ts';

const root = dirname(import.meta.dirname);

/** Of these and of the files beside them `.vscodeignore` chooses. The other folders hold too many files to look at each. */
const folders = ['dist', 'media'];

/** Packages what is in dist/ for one target. Works in a copy, so that dist/ keeps the node-pty of this machine. */
export async function packageVsix(target: string, vsix: string): Promise<void> {
  for (const name of Object.keys(bundles)) {
    if (!existsSync(join(root, 'dist', `${name}.js`)))
      throw new Error(`Expected dist/${name}.js; build first.`);
  }
  const copy = await mkdtemp(join(tmpdir(), 'agentdock-vsix-'));
  try {
    for (const entry of await readdir(root, { withFileTypes: true })) {
      if (entry.isFile() || folders.includes(entry.name))
        await cp(join(root, entry.name), join(copy, entry.name), { recursive: true });
    }
    addNodePty(join(copy, 'dist'), target);
    await writeFile(
      join(copy, 'package.json'),
      shippedManifest(await readFile(join(root, 'package.json'), 'utf8')),
    );
    await writeFile(join(copy, 'README.md'), shippedReadme(await readFile(join(root, 'README.md'), 'utf8')));
    await mkdir(dirname(vsix), { recursive: true });
    await createVSIX({
      cwd: copy,
      packagePath: vsix,
      target,
      dependencies: false,
      // There is no public address yet that could be put before links.
      rewriteRelativeLinks: false,
      allowMissingRepository: true,
    });
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** Without what only this repository needs. */
function shippedManifest(text: string): string {
  const manifest: Record<string, unknown> = JSON.parse(text);
  for (const key of ['scripts', 'dependencies', 'devDependencies', 'allowScripts', 'private'])
    delete manifest[key];
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
