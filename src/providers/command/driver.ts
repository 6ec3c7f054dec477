import { toToolError } from '../../contracts/errors.ts';
import type { ProviderHealth } from '../../contracts/provider.ts';
import type { CreateDriver, Driver, DriverContext, RunningTurn } from '../driver.ts';
import { loadPty, type SpawnPty } from '../pty/loadPty.ts';
import { startCommandTurn } from './commandTurn.ts';

const unavailable = 'Not available: nothing holds a program back. Only `full` runs one.';

/** Any program in a pty; a turn is complete when it ends. */
export const createCommandDriver: CreateDriver = context => commandDriver(context, loadPty);

export function commandDriver(context: DriverContext, load: () => Promise<SpawnPty>): Driver {
  const running = new Set<RunningTurn>();
  return {
    provider: 'command',
    capabilities: {
      steer: false,
      resume: true,
      sharedProcess: false,
      pty: true,
      permissionModes: {
        read_only: unavailable,
        ask: unavailable,
        edit: unavailable,
        full: 'The program can do whatever you can do.',
      },
    },
    checkHealth: () => health(load),
    startTurn: (request, sink) => {
      const turn = startCommandTurn({ request, sink, environment: context.environment, loadPty: load });
      running.add(turn);
      void turn.ended.then(() => running.delete(turn));
      return turn;
    },
    close: async () => {
      await Promise.all([...running].map(turn => turn.interrupt()));
    },
  };
}

async function health(load: () => Promise<SpawnPty>): Promise<ProviderHealth> {
  const base = { provider: 'command', signed_in: 'yes' } as const;
  try {
    await load();
    return {
      ...base,
      installed: true,
      status: 'healthy',
      message: 'Runs any program; no sign-in is needed.',
    };
  } catch (error) {
    const { message, hint } = toToolError(error);
    return { ...base, installed: false, status: 'offline', message: [message, hint].join(' ') };
  }
}
