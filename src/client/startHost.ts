import { spawn } from 'node:child_process';
import * as z from 'zod';
import { DockError, fromToolError, toolErrorSchema } from '../contracts/errors.ts';
import type { UserSettings } from '../contracts/settings.ts';
import { agentMarks } from '../core/agentMarks.ts';
import { hostNeedsPerson } from '../core/hostNeedsPerson.ts';
import { userNodeOptions } from '../core/userNodeOptions.ts';

export interface StartHostOptions {
  /** Absolute path of `dist/host.js`. */
  readonly hostScript: string;
  readonly workspace: string;
  /** The person's environment: the base of the agents' own. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Above a command the host itself looks for an agent. Marks in `environment` count for a window too. */
  readonly startedBy: 'window' | 'command';
  /** Settings of the window; for the command alone the person's `config.json` counts. */
  readonly settings?: Partial<UserSettings>;
}

/** The one line a host prints when it listens, or why it does not. */
const firstLineSchema = z.union([z.object({ ready: z.literal(true) }), z.object({ error: toolErrorSchema })]);

const startTimeoutMs = 30_000;

/**
 * Starts a host that outlives this process, and waits until it listens. A host that already runs is as good.
 * Throws the host's own `DockError`, or `permission_denied` inside an agent: only a person starts a host.
 */
export async function startHost(options: StartHostOptions): Promise<void> {
  const mark = agentMarks(options.environment)[0];
  if (mark !== undefined) throw hostNeedsPerson(mark);
  const from = options.startedBy === 'window' ? ['--from-window'] : [];
  const child = spawn(process.execPath, [options.hostScript, ...from, '--workspace', options.workspace], {
    cwd: '/',
    detached: true,
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...withoutEditor(options.environment), ELECTRON_RUN_AS_NODE: '1' },
  });
  // The host may end before it has read its settings; its first line says why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(options.settings ?? {}));
  try {
    const first = firstLineSchema.parse(JSON.parse(await firstLine(child)));
    if ('error' in first) throw fromToolError(first.error);
  } finally {
    child.stdout.destroy();
    child.unref();
  }
}

function firstLine(child: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = (message: string, cause?: unknown) =>
      reject(
        new DockError('upstream_unavailable', message, { cause, hint: 'Look at .agentdock/state/host.log.' }),
      );
    const timer = setTimeout(() => fail('The host did not start in time.'), startTimeoutMs);
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end < 0) return;
      clearTimeout(timer);
      resolve(text.slice(0, end));
    });
    child.once('error', cause => {
      clearTimeout(timer);
      fail('The host could not be started.', cause);
    });
    // Not `exit`: the line that says why may still be on its way then.
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      fail(`The host ended at its start (${signal ?? `exit code ${code}`}).`);
    });
  });
}

/**
 * What VS Code sets for its own processes would change the meaning of Node's start. The person's options for Node are for
 * the agents, and go to the host under another name.
 */
function withoutEditor(environment: StartHostOptions['environment']): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || /^(VSCODE_|ELECTRON_)/.test(name)) continue;
    kept[name.toUpperCase() === 'NODE_OPTIONS' ? userNodeOptions : name] = value;
  }
  return kept;
}
