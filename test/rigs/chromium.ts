import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import { projectRoot } from './projectRoot.ts';
import { runProgram } from './runProgram.ts';

/** Path of a Chromium: one that is there, else one that is brought here. */
export async function findChromium(say: (line: string) => void = () => {}): Promise<string> {
  const present = await findInstalled();
  if (present !== undefined) return present;
  const failures: string[] = [];
  for (const [what, bring] of sources()) {
    say(`No Chromium found; trying ${what} …`);
    try {
      await bring();
    } catch (error) {
      failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
    const brought = await findInstalled();
    if (brought !== undefined) return brought;
  }
  throw new Error(
    `Expected a Chromium for the tests in VS Code. Install one, or set CHROME_PATH. ${librariesHint()}\n${failures.join('\n')}`,
  );
}

/** What was downloaded and does not start lacks libraries of the system, which only root may install. */
function librariesHint(): string {
  return existsSync(chromium.executablePath()) && process.platform === 'linux'
    ? 'For the one that was downloaded: `sudo npx playwright-core install-deps chromium`.'
    : '';
}

async function findInstalled(): Promise<string | undefined> {
  const fromEnvironment = process.env['CHROME_PATH'];
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = [
    ...(fromEnvironment ? [fromEnvironment] : []),
    ...names.flatMap(name => folders.map(folder => join(folder, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    chromium.executablePath(),
  ];
  for (const file of candidates) {
    if (existsSync(file) && (await starts(file))) return file;
  }
  return undefined;
}

/** A downloaded Chromium may lack libraries of the system. */
async function starts(file: string): Promise<boolean> {
  // There it opens a window instead of printing its version.
  if (process.platform === 'win32') return true;
  return await runProgram(file, ['--version'], { timeoutMs: 30_000 }).then(
    () => true,
    () => false,
  );
}

function sources(): [string, () => Promise<unknown>][] {
  const playwright = join(projectRoot, 'node_modules', 'playwright-core', 'cli.js');
  const found: [string, () => Promise<unknown>][] = [
    ["Playwright's download", () => runProgram(process.execPath, [playwright, 'install', 'chromium'])],
  ];
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    found.push([
      "Debian's package",
      async () => {
        const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
        await runProgram('apt-get', ['update'], { env });
        await runProgram('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { env });
      },
    ]);
  }
  return found;
}
