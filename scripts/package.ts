// `npm run package [-- --target linux-x64|…] [--out FOLDER]`: a VSIX for each target, in the project's folder by default.
import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build, targets } from '../esbuild.mjs';
import { packageVsix } from './packageVsix.ts';

const { values } = parseArgs({
  options: { target: { type: 'string', default: 'all' }, out: { type: 'string' } },
});
if (values.target !== 'all' && !targets.includes(values.target)) {
  throw new Error(`Expected --target to be all or one of ${targets.join(', ')}, got \`${values.target}\`.`);
}
const folder = resolve(values.out ?? dirname(import.meta.dirname));

await build();
for (const target of values.target === 'all' ? targets : [values.target]) {
  const vsix = join(folder, `agentdock-${target}.vsix`);
  await packageVsix(target, vsix);
  console.log(`${vsix} (${Math.round(statSync(vsix).size / 1024)} kB)`);
}
