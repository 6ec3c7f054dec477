import type { ProviderId } from '../contracts/ids.ts';
import type { EffectiveSettings } from '../contracts/settings.ts';
import { createClaudeCodeDriver } from '../providers/claudeCode/driver.ts';
import { createCodexDriver } from '../providers/codex/driver.ts';
import { createCommandDriver } from '../providers/command/driver.ts';
import type { CreateDriver, Driver, DriverContext } from '../providers/driver.ts';
import { createOpencodeDriver } from '../providers/opencode/driver.ts';

/** The only place that knows which providers there are and which setting names whose CLI. */
export function createDrivers(
  context: Omit<DriverContext, 'binary'>,
  settings: EffectiveSettings,
): ReadonlyMap<ProviderId, Driver> {
  const make = (create: CreateDriver, binary: string | undefined) => create({ ...context, binary });
  const drivers = [
    make(createCodexDriver, settings.codex_path),
    make(createClaudeCodeDriver, settings.claude_path),
    make(createOpencodeDriver, settings.opencode_path),
    make(createCommandDriver, undefined),
  ];
  return new Map(drivers.map(driver => [driver.provider, driver]));
}
