import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after } from 'node:test';
import type { BrowserContext } from 'playwright-core';
import { definedOnly } from '../../src/core/definedOnly.ts';
import { type AgentHome, makeAgentHome } from '../clis/environment.ts';
import { type ModelServer, startModelServer } from '../models/server.ts';
import { launchProfile, type WindowSize } from '../rigs/browser.ts';
import { builtVsix } from '../rigs/builtVsix.ts';
import { type CodeServer, type CodeServerOptions, startCodeServer } from '../rigs/codeServer.ts';
import { resultsFolder } from '../rigs/projectRoot.ts';
import { Workbench } from '../rigs/workbench.ts';
import type { Owner } from '../support/owner.ts';

export interface DeskOptions {
  /** The person has no agent CLI. */
  readonly hasNoAgents?: true;
  readonly workspaceTrust?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Pixels of the screen for each of the window's. */
  readonly scale?: number;
  readonly size?: WindowSize;
}

/**
 * Where a person sits: VS Code with AgentDock installed from its VSIX, a browser profile, and a HOME in which the real
 * CLIs are signed in to a scripted model server.
 */
export interface Desk {
  readonly models: ModelServer;
  readonly home: string;
  /** The complete environment of VS Code and of all it starts. */
  readonly env: Readonly<Record<string, string>>;
  readonly server: CodeServer;
  /** What the model does when it gets a prompt; returns the prompt. */
  script(prompt: string, ...steps: readonly string[]): string;
  /** Changes settings of the machine, as their editor does. */
  changeSettings(changes: Readonly<Record<string, unknown>>): Promise<void>;
  /** A new folder, with nothing in it. */
  folder(name?: string): Promise<string>;
  /** A window on the folder; an empty one without it. */
  open(folder?: string): Promise<Workbench>;
  /** Closes the browser with all its windows. The next one opened has the same profile. */
  closeBrowser(): Promise<void>;
  /** SIGKILL to VS Code's process group: the server, all extension hosts, terminals. Then a new server. */
  killServer(): Promise<void>;
}

/** One desk for the tests of a file, to be called at the top of it: everything ends with the file, or with its owner. */
export async function makeDesk(options: DeskOptions = {}, owner: Owner = { after }): Promise<Desk> {
  const ending = new AsyncDisposableStack();
  owner.after(() => ending.disposeAsync());
  const root = await realpath(await mkdtemp(join(tmpdir(), 'desk-')));
  ending.defer(() => rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  const scripts = new Map<string, string>();
  const models = await startModelServer({ scriptFor: prompt => scripts.get(prompt.trim()) });
  ending.defer(models.close);
  const agents = await makeAgentHome({ modelUrl: models.url, dir: root });
  const env = options.hasNoAgents ? withoutAgents(agents) : agents.env;
  const serverOptions: CodeServerOptions = {
    root: join(root, 'server'),
    extensions: [await builtVsix()],
    environment: env,
    workspaceTrust: options.workspaceTrust ?? false,
    settings: options.settings ?? {},
  };
  await mkdir(serverOptions.root);
  let server = await startCodeServer(serverOptions);
  ending.defer(() => server.stop());
  let browser: BrowserContext | undefined;
  const closeBrowser = async () => {
    await browser?.close();
    browser = undefined;
  };
  ending.defer(closeBrowser);
  // How it looked at the end, for whoever has to find out what went wrong.
  ending.defer(async () => {
    for (const [index, page] of (browser?.pages() ?? []).entries()) {
      const file = basename(process.argv[1] ?? 'ui', '.test.ts');
      await page
        .screenshot({ path: join(resultsFolder, `${file}-${index}.png`) })
        .catch((error: unknown) => console.error(`No picture of ${file}-${index}: ${error}`));
    }
  });

  return {
    models,
    home: agents.home,
    env,
    get server() {
      return server;
    },
    script: (prompt, ...steps) => {
      scripts.set(prompt, steps.join('\n'));
      return prompt;
    },
    changeSettings: async changes => {
      const file = join(serverOptions.root, 'data', 'Machine', 'settings.json');
      const settings: Record<string, unknown> = JSON.parse(await readFile(file, 'utf8'));
      await writeFile(file, JSON.stringify({ ...settings, ...changes }));
    },
    folder: async (name = 'work') => {
      const folder = join(await mkdtemp(join(root, 'w')), name);
      await mkdir(folder);
      return folder;
    },
    open: async folder => {
      browser ??= await launchProfile(
        join(root, 'profile'),
        definedOnly({ size: options.size, scale: options.scale }),
      );
      return Workbench.open({ browser, url: server.url, ...(folder === undefined ? {} : { folder }) });
    },
    closeBrowser,
    killServer: async () => {
      const { port, pid, stop } = server;
      process.kill(-pid, 'SIGKILL');
      // The same address: for the browser another port would be another place, with nothing remembered.
      const next = await startCodeServer({ ...serverOptions, extensions: [], port });
      const stopNext = next.stop;
      server = { ...next, stop: async () => void (await Promise.all([stopNext(), stop()])) };
    },
  };
}

/** Only the system's own programs, and a HOME in which nobody has signed in to anything. */
function withoutAgents({ env, home }: AgentHome): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => ['LANG', 'TERM', 'TMPDIR'].includes(name));
  return { ...Object.fromEntries(kept), HOME: join(home, 'nobody'), PATH: '/usr/bin:/bin' };
}
