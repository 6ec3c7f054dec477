import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { DockError, toToolError } from '../contracts/errors.ts';
import { givenSettingsSchema } from '../contracts/settings.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { version } from '../core/version.ts';
import { LockHeldError } from '../store/lockHeldError.ts';
import { readEndpoint } from './endpoint.ts';
import { openHost } from './host.ts';
import { FolderServedError } from './servedFolder.ts';

/**
 * `host.js --workspace DIR`, settings of the window as JSON on standard input. Prints one line: `{"ready":true}` when
 * it listens, or `{"error":…}`; then nobody needs its standard streams any more.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { workspace: { type: 'string' } } });
  if (values.workspace === undefined) throw new DockError('invalid_arguments', 'Expected --workspace DIR.');
  const given = givenSettingsSchema.parse(JSON.parse((await text(process.stdin)) || '{}'));
  const host = await openHost({
    workspace: values.workspace,
    version,
    distDir: import.meta.dirname,
    environment: process.env,
    fromWindow: definedOnly(given),
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => void host.close(`it got ${signal}`));
  }
  print({ ready: true });
  await host.closed;
}

const publishTimeoutMs = 20_000;

/** Waits until the host that owns the folder, of that pid where it is known, has said where it listens. */
async function isPublished(pid: number | undefined): Promise<boolean> {
  const { values } = parseArgs({ options: { workspace: { type: 'string' } } });
  for (const end = Date.now() + publishTimeoutMs; Date.now() < end; ) {
    const file = await readEndpoint(values.workspace ?? '.');
    if (file !== undefined && (pid === undefined || file.pid === pid)) return true;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  return false;
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

// The starter stops reading after the first line.
process.stdout.on('error', () => undefined);
main().then(
  () => process.exit(0),
  async (error: unknown) => {
    // The winner of a race of two hosts is as good as ours.
    const owner = error instanceof LockHeldError ? error.owner?.pid : undefined;
    const hasOwner =
      error instanceof FolderServedError || (error instanceof LockHeldError && error.why === 'living');
    const isServed = hasOwner && (await isPublished(owner));
    print(isServed ? { ready: true } : { error: toToolError(error) });
    process.exitCode = 1;
  },
);
