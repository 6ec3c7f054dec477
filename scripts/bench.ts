// `npm run bench [-- NAME…]`: runs the programs of test/bench/, one after the other, each in a process of its own.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from '../esbuild.mjs';
import { projectRoot } from '../test/rigs/projectRoot.ts';

const wanted = process.argv.slice(2);
const benches = globSync('test/bench/*.bench.ts', { cwd: projectRoot }).sort();
const chosen = benches.filter(file => wanted.length === 0 || wanted.includes(basename(file, '.bench.ts')));
if (chosen.length === 0) {
  throw new Error(`Expected ${benches.map(file => basename(file, '.bench.ts')).join(', ') || 'a bench'}.`);
}

await build();
for (const file of chosen) {
  console.log(`\n${basename(file, '.bench.ts')}`);
  const { status } = spawnSync(process.execPath, [file], { cwd: projectRoot, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
