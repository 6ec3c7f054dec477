import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { findChromium } from './chromium.ts';

export interface WindowSize {
  readonly width: number;
  readonly height: number;
}

export const windowSize: WindowSize = { width: 1400, height: 900 };

export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: await findChromium(), args: launchArguments() });
}

/**
 * A browser with a person's profile: what its windows keep (VS Code's layout, what extensions remember of the
 * workspace) is there again after the browser was closed and started anew on the same folder.
 */
export async function launchProfile(
  folder: string,
  { size = windowSize, scale = 1 }: { readonly size?: WindowSize; readonly scale?: number } = {},
): Promise<BrowserContext> {
  return await chromium.launchPersistentContext(folder, {
    executablePath: await findChromium(),
    args: launchArguments(),
    viewport: size,
    deviceScaleFactor: scale,
    reducedMotion: 'reduce',
  });
}

function launchArguments(): string[] {
  return [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // Chromium refuses its sandbox to root.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ];
}
