import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { projectRoot } from '../rigs/projectRoot.ts';

export const suiteFolder = join(projectRoot, 'out-test');

/** Compiles the suite into out-test/, the form in which both code-server and the desktop take it. */
export async function buildSuite(): Promise<void> {
  const sources = readdirSync(import.meta.dirname).filter(
    name => name === 'index.ts' || name.endsWith('.suite.ts'),
  );
  await rm(suiteFolder, { recursive: true, force: true });
  await esbuild.build({
    entryPoints: sources.map(name => join(import.meta.dirname, name)),
    outdir: suiteFolder,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    // Mocha must be the same one for the runner and for the files.
    external: ['vscode', 'mocha', 'node-pty'],
    sourcemap: 'inline',
    define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
    logLevel: 'warning',
  });
}
