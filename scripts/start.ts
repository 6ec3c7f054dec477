import { build } from '../esbuild.mjs';
import { toToolError } from '../src/contracts/errors.ts';
import { installClis } from '../test/clis/installClis.ts';
import { runHeadless } from './demo/headless.ts';
import { runInVsCode } from './demo/inVsCode.ts';

const say = (line: string): void => console.log(line);
// A terminal that was closed takes no more lines; the demo still has to take its things away.
process.stdout.on('error', () => undefined);

try {
  say('Building AgentDock …');
  await build();
  say('Setting up the agent CLIs (the first time they are downloaded from npm) …');
  await installClis();
  process.exitCode = await (process.argv.includes('--headless') ? runHeadless : runInVsCode)({ say });
} catch (error) {
  const { message, hint } = toToolError(error);
  console.error(hint === undefined ? message : `${message}\n${hint}`);
  process.exitCode = 1;
}
