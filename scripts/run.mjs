// The one entry of every npm script. Needs only the Node and npm of the machine (20 or newer):
// installs the dependencies when the lockfile changed, then goes on with the Node they bring.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
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
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], process.platform === 'win32');
  writeFileSync(stamp, wanted);
}
const bin = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
run(existsSync(bin) ? bin : process.execPath, [join(root, 'scripts', `${script}.ts`), ...rest], false);

/**
 * @param {string} command
 * @param {string[]} args
 * @param {boolean} shell
 */
function run(command, args, shell) {
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell });
  if (error) throw error;
  if (status !== 0) process.exit(signal ? 1 : (status ?? 1));
}
