import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { basename, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { killMarked, rigMark } from '../test/rigs/markedProcesses.ts';
import { cacheFolder, projectRoot } from '../test/rigs/projectRoot.ts';
import { emptyResults, failedResults, type SuiteResults } from '../test/rigs/suiteResults.ts';

export interface NodeTests {
  readonly files: readonly string[];
  /** How many files at once. */
  readonly concurrency: number;
  /** A file that says nothing for so long hangs: that is a failure. */
  readonly silenceMs: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Prints each test as it ends, for runs that take long. */
  readonly tells?: boolean;
}

type Fact =
  | { readonly type: 'output'; readonly file: string; readonly text: string }
  | { readonly type: 'ended'; readonly file: string; readonly ms: number }
  | TestFact;

interface TestFact {
  readonly type: 'pass' | 'fail';
  readonly name: string;
  readonly file: string;
  readonly suite: boolean;
  readonly skip?: string | true;
  readonly todo?: string | true;
  readonly error?: { readonly kind?: string; readonly text: string };
}

/** Runs test files under `node --test` and counts what they did; also what crashed, hung or tested nothing. */
export async function runNodeTests(tests: NodeTests): Promise<SuiteResults> {
  // Without files node would look for some itself.
  if (tests.files.length === 0) return failedResults('node --test', 'There is no test file.');
  const mark = randomUUID();
  const child = spawn(
    process.execPath,
    [
      '--test',
      `--test-concurrency=${tests.concurrency}`,
      `--test-reporter=${join(import.meta.dirname, 'testReporter.mjs')}`,
      ...tests.files,
    ],
    {
      cwd: projectRoot,
      env: {
        ...process.env,
        // Each file is a process of its own, and most load the same sources.
        NODE_COMPILE_CACHE: join(cacheFolder, 'compiled'),
        ...tests.environment,
        [rigMark]: mark,
        // As the child of a test, node would not run any.
        NODE_TEST_CONTEXT: undefined,
      },
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  // Whatever a test left running must not disturb the next level, nor outlive this process.
  const clear = () => {
    killGroup(child);
    killMarked(mark);
  };
  const interrupted = () => {
    clear();
    process.exit(130);
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    return await count(child, tests);
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    clear();
  }
}

async function count(child: ChildProcess, tests: NodeTests): Promise<SuiteResults> {
  const { stdout } = child;
  if (!stdout) return failedResults('node --test', 'It has no output.');
  const results = emptyResults();
  const output = new Map<string, string>();
  const running = new Set(tests.files);
  const took = new Map<string, number>();
  const closed = once(child, 'close');
  let hung = false;
  const silence = setTimeout(() => {
    hung = true;
    killGroup(child);
  }, tests.silenceMs);
  for await (const line of createInterface({ input: stdout })) {
    silence.refresh();
    const fact = parse(line);
    if (fact === undefined) continue;
    if (fact.type === 'ended') {
      running.delete(nameOf(fact.file));
      took.set(nameOf(fact.file), fact.ms);
    } else if (fact.type === 'output')
      output.set(nameOf(fact.file), (output.get(nameOf(fact.file)) ?? '') + fact.text);
    else {
      if (tests.tells && !fact.suite) console.log(`${fact.type === 'pass' ? '✔' : '✖'} ${fact.name}`);
      countTest(fact, results, output);
    }
  }
  clearTimeout(silence);
  tellSlowest(took);
  const [code, signal] = await closed;
  if (hung) {
    fail(results, [...running].join(', '), `No word for ${tests.silenceMs / 1000} s; ended by force.`);
  } else if (code !== 0 && results.failed === 0) {
    fail(results, 'node --test', `It ended with ${signal ?? code}.`);
  }
  return results;
}

/** Where the time goes, for who wants less of it. */
function tellSlowest(took: ReadonlyMap<string, number>): void {
  const slowest = [...took].sort(([, a], [, b]) => b - a).slice(0, 5);
  console.log(slowest.map(([file, ms]) => `  ${(ms / 1000).toFixed(0).padStart(4)} s  ${file}`).join('\n'));
}

function countTest(fact: TestFact, results: SuiteResults, output: ReadonlyMap<string, string>): void {
  const file = nameOf(fact.file);
  // A file as a whole is reported only when something is wrong with it: it crashed, or it has no tests.
  const wholeFile = resolve(projectRoot, fact.name) === fact.file;
  const title = wholeFile ? file : `${file} › ${fact.name}`;
  if (fact.skip !== undefined || fact.todo !== undefined) {
    results.skipped.push(`${title}: ${fact.skip ?? fact.todo}`);
  } else if (wholeFile) {
    const why = fact.type === 'pass' ? 'It has no tests.' : 'It ended before its tests did.';
    fail(results, title, `${why}\n${tail(output.get(file))}`);
  } else if (fact.type === 'pass') {
    if (!fact.suite) results.passed++;
  } else if (fact.error?.kind !== 'subtestsFailed') {
    fail(results, title, `${fact.error?.text ?? ''}\n${tail(output.get(file))}`);
  }
}

function fail(results: SuiteResults, title: string, error: string): void {
  results.failed++;
  results.failures.push({ title, error: error.trim() });
}

function parse(line: string): Fact | undefined {
  try {
    const fact: Fact = JSON.parse(line);
    return fact;
  } catch {
    return undefined;
  }
}

/** Node gives some files as an absolute path and some as they were named. */
function nameOf(file: string): string {
  return relative(projectRoot, resolve(projectRoot, file)) || basename(file);
}

function tail(text = ''): string {
  return text.split('\n').slice(-40).join('\n');
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}
