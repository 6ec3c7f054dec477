import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { buildSuite } from './buildSuite.ts';
import type { SuiteResults } from './results.ts';
import { runInCodeServer } from './runInCodeServer.ts';
import { runOnDesktop } from './runOnDesktop.ts';
import { makeSuiteFolders } from './workspace.ts';

/** Runs the suite in a real VS Code. No results file is a failure, whatever VS Code says. */
export async function runExtensionSuite(where: 'code-server' | 'desktop'): Promise<SuiteResults> {
  await buildSuite();
  const folders = await makeSuiteFolders();
  try {
    const said = await (where === 'desktop' ? runOnDesktop(folders) : runInCodeServer(folders));
    if (existsSync(folders.results)) {
      const results: SuiteResults = JSON.parse(await readFile(folders.results, 'utf8'));
      return results;
    }
    const error = `The suite wrote no results: the extension host ended or never started it.\n${said}`;
    return { passed: 0, failed: 1, skipped: [], failures: [{ title: `suite in ${where}`, error }] };
  } finally {
    await folders.remove();
  }
}
