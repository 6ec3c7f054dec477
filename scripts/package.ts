// `npm run package [-- --target linux-x64|…|all]`: a VSIX in the project's folder for each target.
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, targetArgument, targets, thisTarget } from '../esbuild.mjs';
import { packageVsix } from './packageVsix.ts';

const root = dirname(import.meta.dirname);
const wanted = targetArgument(process.argv.slice(2)) ?? thisTarget;

await build();
for (const target of wanted === 'all' ? targets : [wanted]) {
  const vsix = join(root, `agentdock-${target}.vsix`);
  await packageVsix(target, vsix);
  console.log(`${vsix} (${Math.round(statSync(vsix).size / 1024)} kB)`);
}
