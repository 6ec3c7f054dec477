import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { cacheFolder, projectRoot } from '../rigs/projectRoot.ts';
import { suiteFolder } from './buildSuite.ts';
import type { SuiteRun } from './suiteRun.ts';

/** Downloads desktop VS Code, where its download host can be reached, and runs the same suite in it. */
export async function runOnDesktop(run: SuiteRun): Promise<string> {
  const data = join(run.folders.root, 'data');
  await mkdir(data);
  try {
    await runTests({
      cachePath: join(cacheFolder, 'vscode-desktop'),
      extensionDevelopmentPath: projectRoot,
      extensionTestsPath: join(suiteFolder, 'index.js'),
      // Added to the developer's own environment: what must not come along is undefined.
      extensionTestsEnv: {
        ...Object.fromEntries(Object.keys(process.env).map(name => [name, undefined])),
        ...run.environment,
        TEST_RESULTS: run.results,
      },
      launchArgs: [
        run.folders.workspace,
        ...['--user-data-dir', data, '--extensions-dir', join(run.folders.root, 'extensions')],
        ...['--disable-extensions', '--disable-workspace-trust', '--skip-welcome', '--skip-release-notes'],
        '--no-sandbox',
      ],
    });
    return 'VS Code ended well.';
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${error.cause ?? ''}` : String(error);
  }
}
