import { dirname, join } from 'node:path';

export const projectRoot = dirname(dirname(import.meta.dirname));

/** Downloads and builds that may be thrown away at any time. */
export const cacheFolder = join(projectRoot, '.cache');

/** Screenshots and logs of the last run. */
export const resultsFolder = join(projectRoot, 'test-results');
