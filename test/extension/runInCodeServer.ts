import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launchBrowser } from '../rigs/browser.ts';
import { startCodeServer } from '../rigs/codeServer.ts';
import { projectRoot, resultsFolder } from '../rigs/projectRoot.ts';
import { suiteFolder } from './buildSuite.ts';
import type { SuiteRun } from './suiteRun.ts';

const deadline = 5 * 60_000;

/** Resolves when the suite has ended, or with what was seen when it has not within the deadline. */
export async function runInCodeServer(run: SuiteRun): Promise<string> {
  const server = await startCodeServer({
    root: join(run.folders.root, 'server'),
    // Without it VS Code takes no notice of the payload below.
    smokeTestDriver: true,
    environment: run.environment,
  });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const console: string[] = [];
    page.on('console', message => console.push(message.text()));
    const ended = Promise.withResolvers<string>();
    await page.exposeFunction('codeAutomationExit', (code: number) =>
      ended.resolve(`VS Code ended with ${code}.`),
    );
    await page.exposeFunction('codeAutomationLog', (_: string, args: unknown[]) =>
      console.push(args.join(' ')),
    );
    const remote = (path: string) => `vscode-remote://127.0.0.1:${server.port}${path}`;
    const payload = [
      ['extensionDevelopmentPath', remote(projectRoot)],
      ['extensionTestsPath', remote(join(suiteFolder, 'index.js'))],
      ['extensionEnvironment', JSON.stringify({ TEST_RESULTS: run.results })],
      ['skipWelcome', 'true'],
    ];
    const query = new URLSearchParams({ folder: run.folders.workspace, payload: JSON.stringify(payload) });
    await page.goto(`${server.url}/?${query}`);
    const timer = setTimeout(() => ended.resolve(`It did not end within ${deadline / 1000} s.`), deadline);
    const how = await ended.promise;
    clearTimeout(timer);
    await mkdir(resultsFolder, { recursive: true });
    await page.screenshot({ path: join(resultsFolder, 'extension-suite.png') }).catch(() => undefined);
    return [how, ...console.slice(-30), server.log().slice(-2000)].join('\n');
  } finally {
    await browser.close();
    await server.stop();
  }
}
