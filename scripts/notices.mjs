// The licences of all code of others that a VSIX carries, as the text of `dist/THIRD_PARTY_NOTICES.txt`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
/** Texts that no installed package brings; see its README.md. */
const texts = join(root, 'licenses');

/** Beside the bundles; the second comes inside the first, for Windows: OpenConsole.exe and conpty.dll. */
const unbundled = [{ name: 'node-pty' }, { name: 'windows-terminal' }];

/**
 * Throws when a package has no text of its licence.
 * @param {readonly string[]} inputs the files that went into the bundles, relative to the repository
 */
export function notices(inputs) {
  const packages = [...inputs.flatMap(file => [...packagesOf(file), ...bundledInto(file)]), ...unbundled];
  const titled = new Map(packages.map(one => [titleOf(one), one.name]));
  return [...titled]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([title, name]) => `${title}\n\n${licenceOf(name)}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/**
 * The package that a path leads into; pnpm writes the version there.
 * @param {string} path
 * @returns {readonly { name: string, version?: string | undefined }[]}
 */
function packagesOf(path) {
  const match = /.*(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
  const store = /\/\.pnpm\/@?[^/@]+@([^/_(]+)/.exec(path);
  return match?.[1] ? [{ name: match[1], version: store?.[1] }] : [];
}

/**
 * What a package brings inside its own built files: only their maps tell.
 * @param {string} file
 */
function bundledInto(file) {
  const map = join(root, `${file}.map`);
  if (!file.startsWith('node_modules/') || !existsSync(map)) return [];
  /** @type {{ sources: readonly string[] }} */
  const { sources } = JSON.parse(readFileSync(map, 'utf8'));
  return sources.flatMap(packagesOf);
}

/** @param {{ name: string, version?: string | undefined }} of */
function titleOf({ name, version }) {
  const manifest = join(modules, name, 'package.json');
  const known =
    version ?? (existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : undefined);
  return known === undefined ? name : `${name} ${known}`;
}

/** @param {string} name */
function licenceOf(name) {
  const folder = join(modules, name);
  const own = existsSync(folder) ? readdirSync(folder).find(file => /^licen[cs]e/i.test(file)) : undefined;
  const file = own === undefined ? join(texts, `${name}.txt`) : join(folder, own);
  if (!existsSync(file))
    throw new Error(`Expected the licence of ${name} in licenses/${name}.txt; see licenses/README.md.`);
  return readFileSync(file, 'utf8').trim();
}
