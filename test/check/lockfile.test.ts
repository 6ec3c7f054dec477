import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as z from 'zod';
import { projectRoot } from '../rigs/projectRoot.ts';

const dependencies = z.record(z.string(), z.string()).default({});
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ resolved: z.string().optional(), optionalDependencies: dependencies }),
  ),
});

const { packages } = lockSchema.parse(
  JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')),
);

test('the lockfile has an entry for each platform, also those it was not written on', () => {
  // npm leaves out what its registry did not have at that moment; `npm ci` then refuses the whole lockfile.
  const missing = Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies).filter(
      name => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
    ),
  );
  assert.deepEqual(missing, []);
});

test('the lockfile names no registry', () => {
  const bound = Object.values(packages).filter(entry => entry.resolved !== undefined);
  assert.deepEqual(bound, []);
});
