// `npm run check`: everything that can be said about the sources without running them. All steps, one line each.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { projectRoot } from '../test/rigs/projectRoot.ts';
import { runProgram } from '../test/rigs/runProgram.ts';
import { brokenLayers, readSources } from './layers.ts';

const bin = join(projectRoot, 'node_modules', '.bin');
const env = { ...process.env, PATH: [bin, process.env['PATH']].join(delimiter) };
const run = (program: string, ...args: string[]) => runProgram(program, args, { cwd: projectRoot, env });

const contributions = 'test/contributions.test.ts';

await step('types', () => run('tsc', '--noEmit'));
await step('lint and format', () => run('biome', 'check', '--error-on-warnings', '--max-diagnostics=50'));
await step('layers', async () => {
  const broken = brokenLayers(readSources(projectRoot));
  if (broken.length > 0) throw new Error(broken.join('\n'));
});
await step('unused', () => run('knip', '--no-progress'));
if (existsSync(join(projectRoot, contributions))) {
  await step('contributions', () => run(process.execPath, '--test', contributions));
}

async function step(name: string, check: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  const failure = await check().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${name.padEnd(16)} ${failure === undefined ? 'ok' : 'failed'} (${seconds} s)`);
  if (failure !== undefined) {
    console.log(`\n${failure}\n`);
    process.exitCode = 1;
  }
}
