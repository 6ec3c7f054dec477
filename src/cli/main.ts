import { processOutput } from './io.ts';
import { runCli } from './runCli.ts';

// A reader such as `head` that went away is not an error; a full disk is.
process.stdout.on('error', error => process.exit('code' in error && error.code === 'EPIPE' ? 0 : 1));
process.stderr.on('error', () => undefined);
void runCli(process.argv.slice(2), process.cwd(), processOutput).then(code => {
  process.exitCode = code;
});
