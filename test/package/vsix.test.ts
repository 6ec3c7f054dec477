import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { targets } from '../../esbuild.mjs';
import { shippedReadme } from '../../scripts/shippedReadme.ts';
import { projectRoot } from '../rigs/projectRoot.ts';
import { runProgram } from '../rigs/runProgram.ts';
import { readZipEntries } from './zipEntries.ts';

const everywhere = [
  '[Content_Types].xml',
  'extension.vsixmanifest',
  'extension/LICENSE.txt',
  'extension/changelog.md',
  'extension/dist/THIRD_PARTY_NOTICES.txt',
  'extension/dist/cli.js',
  'extension/dist/extension.js',
  'extension/dist/host.js',
  'extension/dist/node_modules/node-pty/LICENSE',
  'extension/dist/node_modules/node-pty/lib/conpty_console_list_agent.js',
  'extension/dist/node_modules/node-pty/lib/eventEmitter2.js',
  'extension/dist/node_modules/node-pty/lib/index.js',
  'extension/dist/node_modules/node-pty/lib/interfaces.js',
  'extension/dist/node_modules/node-pty/lib/shared/conout.js',
  'extension/dist/node_modules/node-pty/lib/terminal.js',
  'extension/dist/node_modules/node-pty/lib/types.js',
  'extension/dist/node_modules/node-pty/lib/unixTerminal.js',
  'extension/dist/node_modules/node-pty/lib/utils.js',
  'extension/dist/node_modules/node-pty/lib/windowsConoutConnection.js',
  'extension/dist/node_modules/node-pty/lib/windowsPtyAgent.js',
  'extension/dist/node_modules/node-pty/lib/windowsTerminal.js',
  'extension/dist/node_modules/node-pty/lib/worker/conoutSocketWorker.js',
  'extension/dist/node_modules/node-pty/package.json',
  'extension/dist/package.json',
  'extension/dist/skills/code_review.py',
  'extension/dist/skills/manage_threads.sh',
  'extension/dist/sql-wasm.wasm',
  'extension/media/agentdock.svg',
  'extension/media/icon.png',
  'extension/package.json',
  'extension/package.nls.json',
  'extension/readme.md',
];

const prebuilds = {
  linux: ['pty.node'],
  darwin: ['pty.node', 'spawn-helper'],
  win32: ['conpty.node', 'conpty/OpenConsole.exe', 'conpty/conpty.dll', 'conpty_console_list.node'],
};

const script = join(projectRoot, 'scripts', 'package.ts');

/** What `npm run package` puts into a folder. */
let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dock-'));
  await runProgram(process.execPath, [script, '--out', folder]);
});
after(() => rm(folder, { recursive: true, force: true }));

test('one command writes a VSIX for each target', async () => {
  const files = targets.map(target => `agentdock-${target}.vsix`);
  assert.deepEqual((await readdir(folder)).sort(), files.sort());
});

test('a target that nobody knows is named, with those there are', async () => {
  await assert.rejects(
    runProgram(process.execPath, [script, '--out', folder, '--target', 'amiga-m68k']),
    /--target to be all or one of linux-x64, .*got `amiga-m68k`/,
  );
});

for (const target of targets) {
  test(`the VSIX for ${target} holds exactly what is listed, with one node-pty`, () => {
    const [platform = ''] = target.split('-');
    const own = Object.entries(prebuilds)
      .filter(([name]) => name === platform)
      .flatMap(([, files]) => files)
      .map(file => `extension/dist/node_modules/node-pty/prebuilds/${target}/${file}`);
    const vsix = join(folder, `agentdock-${target}.vsix`);
    const entries = readZipEntries(vsix);
    const { size } = statSync(vsix);
    assert.deepEqual(entries.map(entry => entry.name).sort(), [...everywhere, ...own].sort());
    const readme = shippedReadme(readFileSync(join(projectRoot, 'README.md'), 'utf8'));
    const shipped = entries.find(entry => entry.name === 'extension/readme.md');
    assert.equal(shipped?.size, Buffer.byteLength(readme));
    const limit = platform === 'win32' ? 2_500_000 : 1_500_000;
    assert.ok(size < limit, `${size} bytes`);
    const programs = entries.filter(({ name }) => /\/(cli\.js|spawn-helper)$/.test(name));
    assert.ok(programs.length > 0);
    for (const { name, mode } of programs) assert.equal(mode, 0o755, name);
  });
}
