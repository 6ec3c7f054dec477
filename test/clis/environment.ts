import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { seedClaude } from './claudeHome.ts';
import { seedCodex } from './codexHome.ts';
import { installClis } from './installClis.ts';
import { seedOpencode } from './opencodeHome.ts';

export interface AgentHomeOptions {
  /** URL of the scripted model server, without a path. */
  readonly modelUrl: string;
  /** Where the HOME is made; default: the system's temporary folder. Keep it short: sockets live below it. */
  readonly dir?: string;
}

export interface AgentHome {
  readonly home: string;
  /** The complete environment to start the host with: nothing of the caller's comes along. */
  readonly env: Readonly<Record<string, string>>;
  dispose(): Promise<void>;
}

/**
 * Claude Code and OpenCode are JavaScript: what they do here is over before code that was optimized for a long run, and a
 * second thread for rubbish, give back what they cost.
 */
const shortLived = { BUN_JSC_useDFGJIT: '0', BUN_JSC_useConcurrentGC: '0' };

/** A temporary HOME in which all three CLIs are signed in to the scripted model server and nothing else. */
export async function makeAgentHome({ modelUrl, dir = tmpdir() }: AgentHomeOptions): Promise<AgentHome> {
  const clis = await installClis();
  const home = await mkdtemp(join(dir, 'dock-home-'));
  const folder = async (name: string): Promise<string> => {
    const path = join(home, name);
    await mkdir(path, { mode: 0o700 });
    return path;
  };
  await chmod(home, 0o700);
  const tmp = await folder('tmp');
  const run = await folder('run');
  const seeded = [
    await seedCodex({ home, modelUrl, binary: clis.codex }),
    await seedClaude(home, modelUrl),
    await seedOpencode(home, modelUrl),
  ];
  return {
    home,
    env: Object.assign(
      {
        ...systemEnvironment(),
        HOME: home,
        LANG: 'C.UTF-8',
        TERM: 'xterm-256color',
        TMPDIR: tmp,
        XDG_RUNTIME_DIR: run,
        AGENTDOCK_CODEX_BIN: clis.codex,
        AGENTDOCK_CLAUDE_BIN: clis.claude,
        AGENTDOCK_OPENCODE_BIN: clis.opencode,
        ...shortLived,
      },
      ...seeded,
    ),
    // A CLI that was just killed may still be writing its last file.
    dispose: () => rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
  };
}

function systemEnvironment(): Record<string, string> {
  const node = dirname(process.execPath);
  if (process.platform !== 'win32') {
    return { PATH: [node, '/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'].join(delimiter) };
  }
  const kept = ['SystemRoot', 'ComSpec', 'PATHEXT', 'windir'].flatMap(name => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), PATH: [node, process.env['PATH'] ?? ''].join(delimiter) };
}
