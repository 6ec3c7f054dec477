import { processOutput } from './io.ts';
import { runCli } from './runCli.ts';

// A reader such as `head` that went away is not an error.
process.stdout.on('error', () => process.exit(0));
void runCli(process.argv.slice(2), process.cwd(), processOutput).then(code => {
  process.exitCode = code;
});
