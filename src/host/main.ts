import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { DockError, toToolError } from '../contracts/errors.ts';
import { userSettingsSchema } from '../contracts/settings.ts';
import { version } from '../core/version.ts';
import { openHost } from './host.ts';

/**
 * `host.js --workspace DIR`, settings of the window as JSON on standard input. Prints one line: `{"ready":true}` when
 * it listens, or `{"error":…}`; then nobody needs its standard streams any more.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { workspace: { type: 'string' } } });
  if (values.workspace === undefined) throw new DockError('invalid_arguments', 'Expected --workspace DIR.');
  const fromWindow = userSettingsSchema.partial().parse(JSON.parse((await text(process.stdin)) || '{}'));
  const host = await openHost({
    workspace: values.workspace,
    version,
    distDir: import.meta.dirname,
    environment: process.env,
    fromWindow,
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => void host.close(`it got ${signal}`));
  }
  print({ ready: true });
  await host.closed;
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

// The starter stops reading after the first line.
process.stdout.on('error', () => undefined);
main().then(
  () => process.exit(0),
  (error: unknown) => {
    const toolError = toToolError(error);
    // The winner of a race of two hosts is as good as ours.
    print(toolError.code === 'conflict' && toolError.retryable ? { ready: true } : { error: toolError });
    process.exitCode = 1;
  },
);
