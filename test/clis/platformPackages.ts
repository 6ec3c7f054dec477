import { readFileSync } from 'node:fs';
import { versions } from './versions.ts';

/** An npm package that holds one native binary. */
export interface NativePackage {
  readonly name: string;
  /** What npm is asked for: a version, or an alias where the vendor publishes platforms as versions. */
  readonly spec: string;
  /** Path of the binary inside the package. */
  readonly binary: string;
}

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly musl: boolean;
  readonly avx2: boolean;
}

export type CliName = keyof typeof versions;

/**
 * The packages with the native binaries for a machine. They are installed directly: the vendors' wrapper
 * packages only choose among them, and OpenCode's brings a second binary of 177 MB for older processors.
 */
export function platformPackages(machine: Machine): Readonly<Record<CliName, NativePackage>> {
  const { platform, arch, musl, avx2 } = machine;
  if (!['linux', 'darwin', 'win32'].includes(platform) || !['x64', 'arm64'].includes(arch)) {
    throw new Error(`Expected a platform that all three CLIs support, got \`${platform}-${arch}\`.`);
  }
  const exe = platform === 'win32' ? '.exe' : '';
  const libc = platform === 'linux' && musl ? '-musl' : '';
  const windows = platform === 'win32' ? 'windows' : platform;
  const baseline = arch === 'x64' && !avx2 ? '-baseline' : '';
  return {
    codex: {
      name: `@openai/codex-${platform}-${arch}`,
      spec: `npm:@openai/codex@${versions.codex}-${platform}-${arch}`,
      binary: `vendor/${rustTarget(platform, arch)}/bin/codex${exe}`,
    },
    claude: {
      name: `@anthropic-ai/claude-code-${platform}-${arch}${libc}`,
      spec: versions.claude,
      binary: `claude${exe}`,
    },
    opencode: {
      name: `opencode-${windows}-${arch}${baseline}${libc}`,
      spec: versions.opencode,
      binary: `bin/opencode${exe}`,
    },
  };
}

function rustTarget(platform: NodeJS.Platform, arch: string): string {
  const cpu = arch === 'x64' ? 'x86_64' : 'aarch64';
  const system =
    { linux: 'unknown-linux-musl', darwin: 'apple-darwin' }[platform as string] ?? 'pc-windows-msvc';
  return `${cpu}-${system}`;
}

export function thisMachine(): Machine {
  const { platform, arch } = process;
  return {
    platform,
    arch,
    musl: platform === 'linux' && !hasGlibc(),
    avx2: platform === 'linux' && hasAvx2(),
  };
}

function hasGlibc(): boolean {
  const report: unknown = process.report.getReport();
  return JSON.stringify(report).includes('"glibcVersionRuntime"');
}

/** Only Linux tells it without a program; elsewhere the baseline build is taken, which runs on every processor. */
function hasAvx2(): boolean {
  try {
    return /\bavx2\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return false;
  }
}
