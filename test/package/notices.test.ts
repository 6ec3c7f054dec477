import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { notices } from '../../scripts/notices.mjs';
import { projectRoot } from '../rigs/projectRoot.ts';

const dist = join(projectRoot, 'dist');

/** Of one repository with the package that carries it, under the same licence. */
const partOf: Readonly<Record<string, string>> = {
  '@modelcontextprotocol/core-internal': '@modelcontextprotocol/core',
};

/** All packages with a source in the map of a bundle, also those that came inside another one. */
function packagesIn(bundle: string): string[] {
  const map: { sources: string[] } = JSON.parse(readFileSync(join(dist, `${bundle}.js.map`), 'utf8'));
  return map.sources.flatMap(source => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []);
}

/** Package to licence; a heading is a name, mostly with a version. */
function shipped(): Map<string, string> {
  const parts = readFileSync(join(dist, 'THIRD_PARTY_NOTICES.txt'), 'utf8').split(`\n${'-'.repeat(80)}\n\n`);
  return new Map(
    parts.map(part => [/^\S+/.exec(part)?.[0] ?? '', part.slice(part.indexOf('\n')).trim()] as const),
  );
}

test('each package in the maps of the bundles has a notice with its copyright and the words of a licence', () => {
  const names = new Set(['extension', 'host', 'cli'].flatMap(packagesIn).map(name => partOf[name] ?? name));
  for (const known of ['zod', 'ajv', 'fast-uri', '@opencode-ai/sdk']) assert.ok(names.has(known), known);
  const notices = shipped();
  for (const name of [...names, 'node-pty', 'windows-terminal']) {
    const text = notices.get(name) ?? '';
    assert.match(text, /copyright \(c\) (\d{4}|microsoft)/i, name);
    assert.match(text, /permission|redistribution/i, name);
  }
});

test('a package that came inside another one is named with its version', () => {
  assert.match(readFileSync(join(dist, 'THIRD_PARTY_NOTICES.txt'), 'utf8'), /^fast-uri \d+\.\d+\.\d+\n/m);
});

test('a package without the text of its licence fails the build', () => {
  assert.throws(
    () => notices(['node_modules/no-such-package/index.js']),
    /Expected the licence of no-such-package in licenses\/no-such-package\.txt/,
  );
});
