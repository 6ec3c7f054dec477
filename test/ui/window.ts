import type { TestContext } from 'node:test';
import { launchBrowser } from '../rigs/browser.ts';
import { builtVsix } from '../rigs/builtVsix.ts';
import { type CodeServer, startCodeServer } from '../rigs/codeServer.ts';
import { makeWorkspace, type TestFolders } from '../rigs/makeWorkspace.ts';
import { Workbench } from '../rigs/workbench.ts';

export interface WindowHarness {
  readonly folders: TestFolders;
  readonly server: CodeServer;
  /** Opens one more window; on the workspace if no folder is given. */
  readonly open: (folder?: string) => Promise<Workbench>;
}

export interface WindowOptions {
  /** On top of this process's, with an empty HOME. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** VS Code with AgentDock installed from its VSIX, as a person has it. Everything ends with the test. */
export async function makeWindow(t: TestContext, options: WindowOptions = {}): Promise<WindowHarness> {
  const ending = new AsyncDisposableStack();
  t.after(() => ending.disposeAsync());
  const folders = await makeWorkspace();
  ending.defer(folders.remove);
  const server = await startCodeServer({
    root: `${folders.root}/server`,
    extensions: [await builtVsix()],
    environment: { ...process.env, HOME: folders.home, ...options.environment },
    ...(options.settings ? { settings: options.settings } : {}),
  });
  ending.defer(server.stop);
  const browser = await launchBrowser();
  ending.defer(() => browser.close());
  let windows = 0;
  const open = async (folder = folders.workspace) => {
    const window = await Workbench.open({ browser, url: server.url, folder });
    const name = `${t.name.replaceAll(/\W+/g, '-').slice(0, 60)}-${++windows}`;
    // How it looked at the end, for whoever has to find out what went wrong.
    ending.defer(async () => {
      if (!window.page.isClosed()) await window.screenshot(name);
    });
    return window;
  };
  return { folders, server, open };
}
