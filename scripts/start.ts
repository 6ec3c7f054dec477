import { build } from '../esbuild.mjs';
import { toToolError } from '../src/contracts/errors.ts';
import { runHeadless } from './demo/headless.ts';
import { runInVsCode } from './demo/inVsCode.ts';

const say = (line: string): void => console.log(line);

try {
  say('Building AgentDock …');
  await build();
  process.exitCode = process.argv.includes('--headless') ? await runHeadless(say) : await runInVsCode(say);
} catch (error) {
  const { message, hint } = toToolError(error);
  console.error(hint === undefined ? message : `${message}\n${hint}`);
  process.exitCode = 1;
}
