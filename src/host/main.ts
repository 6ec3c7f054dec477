import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { DockError, toToolError } from '../contracts/errors.ts';
import { givenSettingsSchema, type UserSettings } from '../contracts/settings.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { version } from '../core/version.ts';
import type { Host } from './host.ts';
import { openOrYield } from './openOrYield.ts';
import { refuseInsideAgent } from './refuseInsideAgent.ts';
import { surviveFaults } from './surviveFaults.ts';

/**
 * `host.js [--from-window] --workspace DIR`, settings of the window as JSON on standard input. Prints one line: `{"ready":true}` when
 * it listens, or `{"error":…}`; then nobody needs its standard streams any more.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { workspace: { type: 'string' }, 'from-window': { type: 'boolean' } },
  });
  if (values.workspace === undefined) throw new DockError('invalid_arguments', 'Expected --workspace DIR.');
  let signalled: string | undefined;
  let host: Host | undefined;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // While it opens, a half ended recovery would be worse than a short wait; who cannot wait asks twice.
      if (host === undefined && signalled !== undefined) process.exit(1);
      signalled = signal;
      void host?.close(`it got ${signal}`);
    });
  }
  if (values['from-window'] !== true) await refuseInsideAgent(process.pid);
  host = await openOrYield({
    workspace: values.workspace,
    version,
    distDir: import.meta.dirname,
    environment: process.env,
    fromWindow: await readSettings(),
  });
  await print({ ready: true });
  if (host === undefined) return;
  surviveFaults(process, host.log);
  if (signalled !== undefined) void host.close(`it got ${signalled}`);
  await host.closed;
}

async function readSettings(): Promise<Partial<UserSettings>> {
  const given = await text(process.stdin);
  try {
    return definedOnly(givenSettingsSchema.parse(JSON.parse(given || '{}')));
  } catch (cause) {
    throw new DockError('invalid_arguments', 'Expected settings as JSON on standard input.', { cause });
  }
}

function print(line: object): Promise<void> {
  return new Promise(resolve => {
    process.stdout.write(`${JSON.stringify(line)}\n`, () => resolve());
  });
}

// The starter stops reading after the first line.
process.stdout.on('error', () => undefined);
main().then(
  () => process.exit(0),
  async (error: unknown) => {
    await print({ error: toToolError(error) });
    process.exit(1);
  },
);
