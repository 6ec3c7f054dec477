// The one entry of every npm script. Needs only the Node and npm of the machine (20 or newer):
// installs the dependencies when the lockfile changed, then goes on with the Node they bring.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.agentdock-lock');
const [script, ...rest] = process.argv.slice(2);

const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.log('Installing dependencies (npm ci) …');
  await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], process.platform === 'win32');
  writeFileSync(stamp, wanted);
}
const bin = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
await run(existsSync(bin) ? bin : process.execPath, [join(root, 'scripts', `${script}.ts`), ...rest], false);

/**
 * Runs a program to its end, also after a signal: the program may have to clean up first. When it fails, so does this.
 * @param {string} command
 * @param {string[]} args
 * @param {boolean} shell
 * @returns {Promise<void>}
 */
function run(command, args, shell) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', shell });
    const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
    for (const signal of signals) {
      process.on(signal, () => {
        // There the console tells every program, and `kill` would end this one without a word.
        if (process.platform !== 'win32') child.kill(signal);
      });
    }
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const name of signals) process.removeAllListeners(name);
      if (code === 0) resolve();
      else process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
