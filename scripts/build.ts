import { build, targetArgument } from '../esbuild.mjs';

await build(targetArgument(process.argv.slice(2)));
