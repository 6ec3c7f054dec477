import { globSync } from 'node:fs';
import { installClis } from '../test/clis/installClis.ts';
import { runExtensionSuite } from '../test/extension/run.ts';
import type { RealProvider } from '../test/host/turns.ts';
import { findChromium } from '../test/rigs/chromium.ts';
import { installCodeServer } from '../test/rigs/codeServerInstall.ts';
import { projectRoot } from '../test/rigs/projectRoot.ts';
import type { SuiteResults } from '../test/rigs/suiteResults.ts';
import { chosenProviders } from '../test/support/chosenProviders.ts';
import { type NodeTests, runNodeTests } from './nodeTests.ts';

/**
 * Levels of one lane run one after the other, the two side by side: agents wait much, windows draw much; the small levels
 * fill the lane of the windows up, first the one that needs no set-up. On two cores a third lane took longer than these two.
 */
export const lanes = ['agents', 'windows'] as const;

export interface Level {
  readonly name: string;
  readonly lane: (typeof lanes)[number];
  /** Not part of a plain `npm test`. */
  readonly onDemand?: true;
  /** What it needs beside the build. */
  readonly prepare?: (say: (line: string) => void) => Promise<unknown>;
  readonly run: () => Promise<SuiteResults>;
}

const minute = 60_000;

/** Folders of test/ that need more than node; all other test files are unit tests. */
const drivers = ['drivers'];
const hosts = ['host', 'demo'];
const edges = ['cli', 'crash', 'person'];
const special = ['package', 'ui', 'long'];

/** How the names of files about one provider begin. */
const filesOf: Readonly<Record<RealProvider, string>> = {
  codex: 'codex',
  claude_code: 'claudeCode',
  opencode: 'opencode',
};

/** What these start waits most of its time, and two OpenCodes have room on any machine. */
const twoAtOnce = { concurrency: 2 };

export const levels: readonly Level[] = [
  {
    name: 'drivers',
    lane: 'agents',
    prepare: installClis,
    run: () => runFiles(drivers.flatMap(filesIn), twoAtOnce),
  },
  {
    name: 'host',
    lane: 'agents',
    prepare: prepareDemo,
    run: () => runFiles(hosts.flatMap(filesIn), twoAtOnce),
  },
  {
    name: 'unit',
    lane: 'windows',
    run: () => runNodeTests({ files: unitFiles(), concurrency: 2, silenceMs: 2 * minute }),
  },
  { name: 'package', lane: 'windows', run: () => runFiles(filesIn('package')) },
  { name: 'ui', lane: 'windows', prepare: prepareWindow, run: () => runFiles(filesIn('ui')) },
  { name: 'extension', lane: 'windows', prepare: prepareWindow, run: () => runExtensionSuite('code-server') },
  {
    name: 'edges',
    lane: 'windows',
    prepare: installClis,
    run: () => runFiles(edges.flatMap(filesIn), twoAtOnce),
  },
  { name: 'long', lane: 'agents', onDemand: true, prepare: prepareWindow, run: runLong },
  { name: 'desktop', lane: 'windows', onDemand: true, run: () => runExtensionSuite('desktop') },
];

async function prepareWindow(say: (line: string) => void): Promise<void> {
  await prepareDemo(say);
  await findChromium(say);
}

/** The demo would install what it needs by itself, but its tests look at what it leaves behind. */
async function prepareDemo(say: (line: string) => void): Promise<void> {
  await installClis();
  await installCodeServer(say);
}

/** One file at a time if not said otherwise: a window takes all that two cores give. */
async function runFiles(files: readonly string[], options: Partial<NodeTests> = {}): Promise<SuiteResults> {
  return await runNodeTests({
    files,
    concurrency: 1,
    silenceMs: 5 * minute,
    ...options,
  });
}

async function runLong(): Promise<SuiteResults> {
  const seed = process.env['SEED'] ?? String(Math.floor(Math.random() * 2 ** 31));
  const providers = chosenProviders();
  console.log(`SEED=${seed} PROVIDERS=${providers.join(',')}`);
  return await runFiles(longFiles(providers), {
    silenceMs: 30 * minute,
    tells: true,
    environment: { SEED: seed, PROVIDERS: providers.join(',') },
  });
}

/** Without those that are about a provider which was not chosen. */
function longFiles(chosen: readonly RealProvider[]): string[] {
  const others = Object.entries(filesOf).filter(([provider]) => !chosen.some(one => one === provider));
  return filesIn('long').filter(file => !others.some(([, prefix]) => file.startsWith(`test/long/${prefix}`)));
}

function unitFiles(): string[] {
  const elsewhere = [...drivers, ...hosts, ...edges, ...special].flatMap(filesIn);
  return globSync('test/**/*.test.ts', { cwd: projectRoot })
    .filter(file => !elsewhere.includes(file))
    .sort();
}

function filesIn(folder: string): string[] {
  return globSync(`test/${folder}/**/*.test.ts`, { cwd: projectRoot }).sort();
}
