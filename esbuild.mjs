// What goes into dist/: three CommonJS bundles and the few files they need beside them.
// Used by scripts/build.ts, scripts/watch.ts and scripts/package.ts; runs alone too: `node esbuild.mjs`.
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { nodeCheck } from './scripts/nodeCheck.mjs';
import { notices } from './scripts/notices.mjs';

const root = dirname(fileURLToPath(import.meta.url));
const modules = join(root, 'node_modules');

export const targets = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];
export const bundles = { extension: 'src/extension.ts', host: 'src/host/main.ts', cli: 'src/cli/main.ts' };

/** The platform of this machine, in the words of vsce and of node-pty's prebuilds. */
export const thisTarget = `${process.platform}-${process.arch}`;

/**
 * @param {string} name
 * @param {string} entry
 * @returns {import('esbuild').BuildOptions & { metafile: true, write: false }}
 */
function bundleOptions(name, entry) {
  // The sources are ES modules; the banner and `define` give CommonJS what it calls by other names.
  const url = "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;";
  // VS Code brings a Node that is new enough for the extension.
  const check = name === 'cli' || name === 'host' ? `\n${nodeCheck(name)}\n` : ' ';
  const banner = `'use strict';${check}${url}`;
  return {
    absWorkingDir: root,
    entryPoints: { [name]: entry },
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    // The ES module of a package, as node takes it for an `import`: one copy of each, tree-shaken.
    mainFields: ['module', 'main'],
    external: ['vscode', 'node-pty'],
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    write: false,
    define: {
      'import.meta.url': 'importMetaUrl',
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
      // What `ws` would look for besides: native packages that are not shipped.
      'process.env.WS_NO_BUFFER_UTIL': '"1"',
      'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
    },
    banner: { js: name === 'cli' ? `#!/usr/bin/env node\n${banner}` : banner },
    logLevel: 'warning',
  };
}

/**
 * Puts a file in its place at once, and only if it is another one: hosts and packages may be made of dist/ meanwhile.
 * @param {string} file
 * @param {Uint8Array} contents
 * @param {number} [mode]
 */
function place(file, contents, mode = 0o644) {
  if (existsSync(file) && readFileSync(file).equals(contents)) return;
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, contents);
  chmodSync(temporary, mode);
  renameSync(temporary, file);
}

/**
 * Puts beside the bundles what cannot be bundled.
 * @param {string} dist
 * @param {string} target
 * @param {readonly string[]} inputs the files that went into the bundles
 */
function addFiles(dist, target, inputs) {
  place(join(dist, 'package.json'), Buffer.from('{ "type": "commonjs" }\n'));
  place(join(dist, 'sql-wasm.wasm'), readFileSync(join(modules, 'sql.js', 'dist', 'sql-wasm.wasm')));
  place(join(dist, 'THIRD_PARTY_NOTICES.txt'), Buffer.from(notices(inputs)));
  for (const name of readdirSync(join(root, 'src', 'client', 'skills'))) {
    place(join(dist, 'skills', name), readFileSync(join(root, 'src', 'client', 'skills', name)));
  }
  addNodePty(dist, target);
}

/**
 * One prebuilt node-pty. It stays outside the bundle because on Windows it starts two of its files as workers.
 * @param {string} dist
 * @param {string} target
 */
export function addNodePty(dist, target) {
  const from = join(modules, 'node-pty');
  const to = join(dist, 'node_modules', 'node-pty');
  if (!existsSync(join(from, 'prebuilds', target))) {
    throw new Error(`Expected a target with a prebuilt node-pty (${targets.join(', ')}), got \`${target}\`.`);
  }
  for (const other of targets) {
    if (other !== target) rmSync(join(to, 'prebuilds', other), { recursive: true, force: true });
  }
  const wanted = ['package.json', 'LICENSE', 'lib/**', `prebuilds/${target}/**`];
  for (const name of globSync(wanted, { cwd: from })) {
    const isWanted = !/\.(pdb|map|test\.js)$/.test(name) && !name.includes('.DS_Store');
    const file = statSync(join(from, name));
    if (isWanted && file.isFile()) place(join(to, name), readFileSync(join(from, name)), file.mode);
  }
}

/** @param {string} [target] */
export async function build(target = thisTarget) {
  // One by one, so that an error in one leaves the others built.
  const results = await Promise.allSettled(
    Object.entries(bundles).map(([name, entry]) => esbuild.build(bundleOptions(name, entry))),
  );
  const inputs = results.flatMap(result => {
    if (result.status === 'rejected') throw result.reason;
    for (const { path, contents } of result.value.outputFiles) place(path, contents, modeOf(path));
    return Object.keys(result.value.metafile.inputs);
  });
  addFiles(join(root, 'dist'), target, inputs);
}

/** @param {string} file */
function modeOf(file) {
  return file.endsWith('cli.js') ? 0o755 : 0o644;
}

/** Bundles again at each change, until the process ends. */
export async function watch() {
  await build();
  for (const [name, entry] of Object.entries(bundles)) {
    const context = await esbuild.context({ ...bundleOptions(name, entry), write: true, logLevel: 'info' });
    await context.watch();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build(targetArgument(process.argv.slice(2)));

/** @param {readonly string[]} args */
export function targetArgument(args) {
  const at = args.indexOf('--target');
  return at < 0 ? undefined : args[at + 1];
}
