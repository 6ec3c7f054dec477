import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { cacheFolder, projectRoot } from '../rigs/projectRoot.ts';
import { suiteFolder } from './buildSuite.ts';
import type { SuiteFolders } from './workspace.ts';

/** Downloads desktop VS Code, where its download host can be reached, and runs the same suite in it. */
export async function runOnDesktop(folders: SuiteFolders): Promise<string> {
  const data = join(folders.root, 'data');
  await mkdir(data);
  try {
    await runTests({
      cachePath: join(cacheFolder, 'vscode-desktop'),
      extensionDevelopmentPath: projectRoot,
      extensionTestsPath: join(suiteFolder, 'index.js'),
      extensionTestsEnv: { TEST_RESULTS: folders.results },
      launchArgs: [
        folders.workspace,
        ...['--user-data-dir', data, '--extensions-dir', join(folders.root, 'extensions')],
        ...['--disable-extensions', '--disable-workspace-trust', '--skip-welcome', '--skip-release-notes'],
        '--no-sandbox',
      ],
    });
    return 'VS Code ended well.';
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${error.cause ?? ''}` : String(error);
  }
}
