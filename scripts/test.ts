// `npm test [-- --only LEVEL,…]`: every level of tests, then one line with the sum.
import { build } from '../esbuild.mjs';
import { emptyResults, failedResults, type SuiteResults } from '../test/rigs/suiteResults.ts';
import { type Level, lanes, levels } from './levels.ts';

const total = emptyResults();

await step('build', async () => {
  await build();
  return undefined;
});
const wanted = wantedLevels();
const ready = setUpInTurn(wanted);
await Promise.all(
  lanes.map(async lane => {
    for (const level of wanted) if (level.lane === lane && (await ready.get(level))) await runLevel(level);
  }),
);

if (total.skipped.length > 0) console.log(`\nSkipped:\n${total.skipped.map(one => `- ${one}`).join('\n')}`);
const skipped = total.skipped.length > 0 ? `, ${total.skipped.length} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 ? 1 : 0;

/**
 * Sets up what the levels need, one after the other, since two would fetch the same at once; a level that needs nothing
 * runs meanwhile. Each resolves to false where it failed.
 */
function setUpInTurn(levelsInTurn: readonly Level[]): ReadonlyMap<Level, Promise<boolean>> {
  const ready = new Map<Level, Promise<boolean>>();
  let last = Promise.resolve(true);
  for (const level of levelsInTurn) {
    if (level.prepare !== undefined) last = last.then(() => prepare(level));
    ready.set(level, level.prepare === undefined ? Promise.resolve(true) : last);
  }
  return ready;
}

async function prepare({ name, prepare: setUp }: Level): Promise<boolean> {
  if (setUp === undefined) return true;
  return await step(`${name}: set-up`, async () => {
    await setUp(line => console.log(line));
    return undefined;
  });
}

async function runLevel({ name, run }: Level): Promise<void> {
  await step(name, async () => {
    const results = await run();
    const ran = results.passed + results.failed;
    return ran > 0 ? results : failedResults(name, 'No test ran.');
  });
}

/** Runs one part; whatever it throws is a failure of that part, and the others still run. False where it failed. */
async function step(name: string, run: () => Promise<SuiteResults | undefined>): Promise<boolean> {
  console.log(`${name} …`);
  const start = performance.now();
  const results = await run().catch((error: unknown) =>
    failedResults(name, error instanceof Error ? (error.stack ?? error.message) : String(error)),
  );
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${name.padEnd(10)} ${results ? describe(results) : 'ok'} (${seconds} s)`);
  if (!results) return true;
  for (const { title, error } of results.failures) console.log(`\n✖ ${name}: ${title}\n${indent(error)}\n`);
  total.passed += results.passed;
  total.failed += results.failed;
  total.skipped.push(...results.skipped.map(one => `${name}: ${one}`));
  return results.failed === 0;
}

function describe({ passed, failed, skipped }: SuiteResults): string {
  const parts = [`${passed} passed`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (skipped.length > 0) parts.push(`${skipped.length} skipped`);
  return parts.join(', ');
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}

function wantedLevels(): readonly Level[] {
  const at = process.argv.indexOf('--only');
  if (at < 0) return levels.filter(level => !level.onDemand);
  const names = (process.argv[at + 1] ?? '').split(',');
  const unknown = names.filter(name => !levels.some(level => level.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `Expected --only ${levels.map(level => level.name).join(',')}, got \`${unknown.join(',')}\`.`,
    );
  }
  return levels.filter(level => names.includes(level.name));
}
