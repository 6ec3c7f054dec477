import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeWorkspace } from '../rigs/makeWorkspace.ts';
import { failedResults, type SuiteResults } from '../rigs/suiteResults.ts';
import { buildSuite } from './buildSuite.ts';
import { runInCodeServer } from './runInCodeServer.ts';
import { runOnDesktop } from './runOnDesktop.ts';

/** Runs the suite in a real VS Code. No results file is a failure, whatever VS Code says. */
export async function runExtensionSuite(where: 'code-server' | 'desktop'): Promise<SuiteResults> {
  await buildSuite();
  const folders = await makeWorkspace();
  const results = join(folders.root, 'results.json');
  try {
    const said = await (where === 'desktop'
      ? runOnDesktop({ folders, results })
      : runInCodeServer({ folders, results }));
    if (!existsSync(results)) {
      const error = `It wrote no results: the extension host ended or never started it.\n${said}`;
      return failedResults(`suite in ${where}`, error);
    }
    const found: SuiteResults = JSON.parse(await readFile(results, 'utf8'));
    return found;
  } finally {
    await folders.remove();
  }
}
