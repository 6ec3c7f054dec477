import { watch } from '../esbuild.mjs';

await watch();
