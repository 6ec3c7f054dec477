import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { windowsLauncher } from '../../src/core/launcherScripts.ts';
import { Installation } from '../../src/vscode/installation.ts';
import { installLauncher } from '../../src/vscode/installLauncher.ts';
import { installRuntime } from '../../src/vscode/installRuntime.ts';

async function makeFolders(context: TestContext) {
  const root = await mkdtemp(join(tmpdir(), 'agentdock-install-'));
  context.after(() => rm(root, { recursive: true, force: true }));
  const dist = join(root, 'dist');
  await mkdir(join(dist, 'node_modules', 'node-pty', 'prebuilds'), { recursive: true });
  await mkdir(join(dist, 'skills'));
  for (const file of ['host.js', 'cli.js', 'sql-wasm.wasm', 'package.json', 'extension.js']) {
    await writeFile(join(dist, file), `// ${file}`);
  }
  const helper = join(dist, 'node_modules', 'node-pty', 'prebuilds', 'spawn-helper');
  await writeFile(helper, '#!/bin/sh\n');
  await chmod(helper, 0o755);
  return { root, dist, storage: join(root, "it has ’quotes' & blanks") };
}

test('the host runs from a whole copy outside the extension', async context => {
  const { dist, storage } = await makeFolders(context);
  const { hostScript, cliScript } = await installRuntime({ dist, storage, version: '0.1.0' });
  assert.equal(await readFile(hostScript, 'utf8'), '// host.js');
  assert.equal(await readFile(cliScript, 'utf8'), '// cli.js');
  const helper = await stat(join(hostScript, '..', 'node_modules', 'node-pty', 'prebuilds', 'spawn-helper'));
  assert.equal(helper.mode & 0o111, 0o111);
});

test('windows that start at once make one copy', async context => {
  const { dist, storage } = await makeFolders(context);
  const all = await Promise.all(
    Array.from({ length: 5 }, () => installRuntime({ dist, storage, version: '0.1.0' })),
  );
  assert.equal(new Set(all.map(({ hostScript }) => hostScript)).size, 1);
  assert.equal((await readdir(join(storage, 'runtime'))).length, 1);
});

test('another build of the same version gets a copy of its own and leaves the old one', async context => {
  const { dist, storage } = await makeFolders(context);
  const before = await installRuntime({ dist, storage, version: '0.1.0' });
  await writeFile(join(dist, 'host.js'), '// newer');
  const after = await installRuntime({ dist, storage, version: '0.1.0' });
  assert.equal(await readFile(before.hostScript, 'utf8'), '// host.js');
  assert.equal(await readFile(after.hostScript, 'utf8'), '// newer');
});

test('a failed copy leaves nothing that looks whole', async context => {
  const { dist, storage } = await makeFolders(context);
  await rm(join(dist, 'sql-wasm.wasm'));
  await assert.rejects(installRuntime({ dist, storage, version: '0.1.0' }));
  const left = await readdir(join(storage, 'runtime')).catch(() => []);
  assert.deepEqual(left, []);
});

test('an installation that failed says why, and is made once there is room for it', async context => {
  const { dist, storage } = await makeFolders(context);
  await mkdir(storage, { recursive: true });
  const bin = join(storage, 'bin');
  await writeFile(bin, 'in the way');
  const installation = new Installation({ dist, storage, version: '0.1.0', node: process.execPath });
  await assert.rejects(installation.get(), {
    code: 'storage_unavailable',
    message: /Could not install AgentDock in/,
  });
  await rm(bin);
  const { launcherFolder, cliScript } = await installation.get();
  assert.equal(launcherFolder, bin);
  assert.ok((await readFile(join(bin, 'agentdock'), 'utf8')).includes('agentdock'));
  assert.equal(await readFile(cliScript, 'utf8'), '// cli.js');
});

test('the launcher passes arguments as they are and runs as Node', async context => {
  const { storage } = await makeFolders(context);
  await mkdir(storage, { recursive: true });
  const cliScript = join(storage, 'cli.js');
  await writeFile(
    cliScript,
    'console.log(JSON.stringify([process.env.ELECTRON_RUN_AS_NODE, process.argv.slice(2)]))',
  );
  const folder = await installLauncher({ folder: join(storage, 'bin'), node: process.execPath, cliScript });
  const args = ['call', '{"a": "b\'c"}', '$HOME', ''];
  const { stdout } = await promisify(execFile)(join(folder, 'agentdock'), args);
  assert.deepEqual(JSON.parse(stdout), ['1', args]);
});

test('the launcher for Windows quotes both paths', () => {
  const script = windowsLauncher('C:\\Program Files\\Code\\Code.exe', 'C:\\Users\\a 100%\\cli.js');
  assert.ok(script.includes('"C:\\Program Files\\Code\\Code.exe" "C:\\Users\\a 100%%\\cli.js" %*\r\n'));
});
