import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DockError } from '../../../contracts/errors.ts';
import type { OpenSession } from '../openSession.ts';

const limitMs = 60_000;
const lookMs = 50;

export interface SessionPlugin {
  readonly file: string;
  /** Resolves once the program itself says that it listens on the port: another one may have taken it meanwhile. */
  listensOn(port: number, signal: AbortSignal): Promise<void>;
  /** Prompts reach the agent from here on; those that were typed before have waited. */
  open(): Promise<void>;
}

/**
 * Writes the plugin that makes what is typed into the terminal a prompt of the thread, whatever session it is typed in:
 * under the rules of its permission mode, with AgentDock's instructions. It lies in a folder without package.json, as the
 * other one does.
 */
export async function writeSessionPlugin(
  folder: string,
  session: Pick<OpenSession, 'rules' | 'system' | 'model'>,
): Promise<SessionPlugin> {
  const file = path.join(folder, 'plugin', 'terminal.mjs');
  const opened = path.join(folder, 'opened');
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const address = path.join(folder, 'address');
  await writeFile(file, pluginSource({ opened, address }, session), { mode: 0o600 });
  return {
    file,
    listensOn: async (port, signal) => {
      const late = AbortSignal.timeout(limitMs);
      while (portIn(await readFile(address, 'utf8').catch(() => '')) !== port) {
        signal.throwIfAborted();
        if (late.aborted) throw new DockError('timeout', 'OpenCode’s terminal does not serve AgentDock.');
        await pause(lookMs);
      }
    },
    open: () => writeFile(opened, '', { mode: 0o600 }),
  };
}

function portIn(address: string): number | undefined {
  return URL.canParse(address) ? Number(new URL(address).port) : undefined;
}

function pluginSource(
  { opened, address }: { readonly opened: string; readonly address: string },
  { rules, system, model }: Pick<OpenSession, 'rules' | 'system' | 'model'>,
): string {
  return `// Written by AgentDock for one terminal of OpenCode.
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const rules = ${JSON.stringify(rules)};
const system = ${JSON.stringify(system)};
const effort = ${JSON.stringify(model.variant)};

const wanted = JSON.stringify(rules);
const known = new Set();

export const AgentDockTerminal = async ({ client, serverUrl }) => {
  writeFileSync(${JSON.stringify(address)}, String(serverUrl), { mode: 0o600 });
  const take = async call => {
    const { data } = await call;
    // Without the thread's rules nothing is asked of the model.
    if (data === undefined) throw new Error('AgentDock could not prepare this session.');
    return data;
  };
  return {
    'chat.message': async ({ sessionID, variant }, { message }) => {
      while (!existsSync(${JSON.stringify(opened)})) await pause(50);
      const path = { id: sessionID };
      const session = await take(client.session.get({ path }));
      // A sub-agent has its own, below those of the session above it.
      if (session.parentID !== undefined) return;
      const had = JSON.stringify((session.permission ?? []).slice(-rules.length));
      if (had !== wanted) await take(client.session.update({ path, body: { permission: rules } }));
      message.system = system;
      // After its first prompt a session has the effort that the person has chosen there.
      if (effort !== undefined && variant === undefined && !known.has(sessionID)) message.model.variant = effort;
      known.add(sessionID);
    },
  };
};
`;
}
