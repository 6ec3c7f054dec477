import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeAgentHome } from '../clis/environment.ts';
import { startModelServer } from '../models/server.ts';
import { makeWorkspace } from '../rigs/makeWorkspace.ts';
import { failedResults, type SuiteResults } from '../rigs/suiteResults.ts';
import { windowEnvironment } from '../rigs/windowEnvironment.ts';
import { buildSuite } from './buildSuite.ts';
import { runInCodeServer } from './runInCodeServer.ts';
import { runOnDesktop } from './runOnDesktop.ts';

/** Runs the suite in a real VS Code. No results file is a failure, whatever VS Code says. */
export async function runExtensionSuite(where: 'code-server' | 'desktop'): Promise<SuiteResults> {
  await buildSuite();
  const folders = await makeWorkspace();
  const results = join(folders.root, 'results.json');
  const models = await startModelServer();
  try {
    const agents = await makeAgentHome({ modelUrl: models.url, dir: folders.root });
    const environment = { ...windowEnvironment(process.env, agents.home), ...agents.env };
    const run = { folders, environment, results };
    const said = await (where === 'desktop' ? runOnDesktop(run) : runInCodeServer(run));
    if (!existsSync(results)) {
      const error = `It wrote no results: the extension host ended or never started it.\n${said}`;
      return failedResults(`suite in ${where}`, error);
    }
    const found: SuiteResults = JSON.parse(await readFile(results, 'utf8'));
    return found;
  } finally {
    await models.close();
    await folders.remove();
  }
}
