import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'protocol.file.allow=always'];

export interface Repository {
  readonly folder: string;
  git(...args: readonly string[]): Promise<string>;
  write(file: string, text: string): Promise<void>;
  /** Sets what the repository's own configuration says. */
  set(name: string, value: string): Promise<void>;
}

export async function makeRepository(folder: string): Promise<Repository> {
  await mkdir(folder, { recursive: true });
  const git = async (...args: readonly string[]) =>
    (await run('git', [...identity, '-C', folder, ...args])).stdout.trim();
  await git('init', '-q');
  return {
    folder,
    git,
    write: async (file, text) => {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text);
    },
    set: async (name, value) => void (await git('config', name, value)),
  };
}

/** A repository with a commit of `one.txt` and `two.txt`, and programs that leave word when they are run. */
export async function makeTraps(t: TestContext) {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'dock-git-')));
  t.after(() => rm(root, { recursive: true, force: true }));
  const sprung = join(root, 'sprung');
  await mkdir(sprung);
  const repository = await makeRepository(join(root, 'workspace'));
  await repository.write('one.txt', 'one');
  await repository.write('two.txt', 'one');
  await repository.git('add', '.');
  await repository.git('commit', '-q', '-m', 'first');
  return {
    root,
    repository,
    /** A program that leaves word of itself, wherever it is run. */
    trap: async (name: string, file = join(root, `${name}.sh`)) => {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `#!/bin/sh\n: > '${join(sprung, name)}'\nexit 1\n`);
      await chmod(file, 0o755);
      return file;
    },
    /** The traps that were run since this was asked last. */
    takeSprung: async () => {
      const names = (await readdir(sprung)).sort();
      for (const name of names) await rm(join(sprung, name));
      return names;
    },
  };
}

/** The environment of this process until the end of the test. */
export function setVariables(t: TestContext, variables: Readonly<Record<string, string>>): void {
  const before = { ...process.env };
  t.after(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
    Object.assign(process.env, before);
  });
  Object.assign(process.env, variables);
}
