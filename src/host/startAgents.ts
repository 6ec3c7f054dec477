import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProviderHealth } from '../contracts/provider.ts';
import type { EffectiveSettings } from '../contracts/settings.ts';
import { folderMark } from '../core/agentMarks.ts';
import { withPath } from '../core/withPath.ts';
import { userEnvironment } from '../providers/process/environment.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import { followActive } from '../tools/followActive.ts';
import { openToolDoors, type ToolDoors } from '../tools/mcp/toolDoors.ts';
import type { ToolHost } from '../tools/toolContext.ts';
import { createDrivers } from './createDrivers.ts';
import type { Ending } from './ending.ts';
import { createKnownHealth } from './knownHealth.ts';
import { writeLauncher } from './launcher.ts';
import type { Log } from './log.ts';
import { createMailroom, type Mailroom } from './mailroom.ts';
import { createHealthCheck } from './providerHealth.ts';
import { createRequestDesk } from './requestDesk.ts';
import { makeRunFolder } from './runFolder.ts';
import { createSerializer } from './serially.ts';
import { TurnRunner } from './turnRunner.ts';

export interface StartAgentsOptions {
  readonly store: ThreadStore;
  readonly settings: EffectiveSettings;
  readonly workspace: string;
  /** The person's. */
  readonly environment: NodeJS.ProcessEnv;
  /** Names what this folder's agents start, so that a later host finds it. */
  readonly mark: string;
  /** Holds the command's script. */
  readonly distDir: string;
  readonly log: Log;
  readonly ending: Ending;
}

/** What runs agents in one workspace: the drivers, the runner of their turns, and the tools over both. */
export interface Agents {
  readonly tools: ToolHost;
  readonly doors: ToolDoors;
  readonly runner: TurnRunner;
  readonly mailroom: Mailroom;
}

export async function startAgents(options: StartAgentsOptions): Promise<Agents> {
  const { store, settings, workspace, mark, log, ending } = options;
  const runtimeDir = await makeRunFolder(mark);
  ending.add('the folder for this run', () => rm(runtimeDir, { recursive: true, force: true }));
  const launcherDir = join(runtimeDir, 'bin');
  writeLauncher(launcherDir, join(options.distDir, 'cli.js'));
  const environment = { ...withPath(userEnvironment(options.environment), launcherDir), [folderMark]: mark };

  const drivers = createDrivers({ environment, workspace, runtimeDir, log }, settings);
  ending.add('the drivers', () => Promise.all([...drivers.values()].map(driver => driver.close())));
  const active = followActive(store);
  const inTurn = createSerializer();
  const desk = createRequestDesk(store, inTurn);
  const doors = await openToolDoors(() => ({ host: tools, besides: mailroom }), { log });
  ending.add('the tool endpoint', doors.close);
  const health = createHealthCheck(drivers.values());
  // What runs in a pty is a program, which only a person starts.
  const canBeAgent = ({ provider }: ProviderHealth) => drivers.get(provider)?.capabilities.pty !== true;
  const runner = new TurnRunner({
    ...{ store, active, drivers, settings, workspace, desk, doors, log },
    mail: () => mailroom,
    health: createKnownHealth(async () => (await health()).filter(canBeAgent)),
  });
  const mailroom = createMailroom({ store, active, drivers, runner, settings, log });
  ending.add('the turns', () => runner.close());
  ending.add('the requests', async () => desk.close());
  ending.add('the mailroom', mailroom.close);
  const tools: ToolHost = {
    store,
    active,
    workspace,
    settings,
    pump: () => runner.pump(),
    stepAside: id => runner.stepAside(id),
    isAside: id => runner.isAside(id),
    interrupt: id => runner.interrupt(id),
    health,
    permissionMeans: (provider, mode) => drivers.get(provider)?.capabilities.permissionModes[mode] ?? mode,
    hasTerminal: provider => drivers.get(provider)?.startNativeTurn !== undefined,
    unfitForTerminal: (provider, prompt) => drivers.get(provider)?.unfitForTerminal?.(prompt),
    inTurn,
  };
  return { tools, doors, runner, mailroom };
}
