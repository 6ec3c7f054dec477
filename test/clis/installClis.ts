import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive, withFileLock } from './fileLock.ts';
import { type CliName, type NativePackage, platformPackages, thisMachine } from './platformPackages.ts';

export type CliPaths = Readonly<Record<CliName, string>>;

const cacheRoot = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), '.cache', 'clis');

/**
 * Absolute paths of the three native binaries, installed from npm on first need. A folder appears under its
 * final name only when it is complete, so a killed install leaves nothing that looks usable.
 */
export async function installClis(): Promise<CliPaths> {
  const packages = platformPackages(thisMachine());
  const key = createHash('sha256').update(JSON.stringify(packages)).digest('hex').slice(0, 16);
  const folder = join(cacheRoot, key);
  if (!existsSync(folder)) {
    await mkdir(cacheRoot, { recursive: true });
    await withFileLock(`${folder}.lock`, async () => {
      if (!existsSync(folder)) await install(Object.values(packages), folder);
    });
  }
  const path = (name: CliName): string => binaryPath(folder, packages[name]);
  return { codex: path('codex'), claude: path('claude'), opencode: path('opencode') };
}

async function install(packages: readonly NativePackage[], folder: string): Promise<void> {
  const draft = `${folder}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await removeDeadDrafts(folder);
  process.stderr.write('Installing Codex, Claude Code and OpenCode from npm (about 800 MB, once) …\n');
  try {
    await mkdir(draft);
    const dependencies = Object.fromEntries(packages.map(({ name, spec }) => [name, spec]));
    await writeFile(join(draft, 'package.json'), JSON.stringify({ private: true, dependencies }));
    await npmInstall(draft);
    for (const native of packages) await chmod(binaryPath(draft, native), 0o755);
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** What an install that was killed left behind: its folder carries the process id. */
async function removeDeadDrafts(folder: string): Promise<void> {
  const prefix = `${basename(folder)}.`;
  for (const name of await readdir(dirname(folder))) {
    const pid = /^(\d+)-/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : '')?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) {
      await rm(join(dirname(folder), name), { recursive: true, force: true });
    }
  }
}

function binaryPath(folder: string, native: NativePackage): string {
  return join(folder, 'node_modules', ...native.name.split('/'), ...native.binary.split('/'));
}

function npmInstall(cwd: string): Promise<void> {
  const args = [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-progress',
    '--loglevel=error',
  ];
  return new Promise((resolve, reject) => {
    // npm is a .cmd file on Windows, which only a shell starts; the arguments are all literals.
    const npm = spawn('npm', args, { cwd, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
    npm.once('error', reject);
    npm.once('exit', code => {
      if (code === 0) resolve();
      else reject(new Error(`Expected npm to install the CLIs, got exit code ${code}.`));
    });
  });
}
