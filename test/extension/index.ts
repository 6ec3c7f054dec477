// Runs inside VS Code's extension host: the one suite for code-server and for the desktop. VS Code calls `run()`.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';
import { emptyResults } from '../rigs/suiteResults.ts';

export async function run(): Promise<void> {
  const results = emptyResults();
  const mocha = new Mocha({ ui: 'tdd', timeout: 180_000, reporter: Mocha.reporters.Base });
  for (const file of readdirSync(import.meta.dirname).filter(name => name.endsWith('.suite.js'))) {
    mocha.addFile(join(import.meta.dirname, file));
  }
  await new Promise<void>(resolve => {
    mocha
      .run(() => resolve())
      .on('pass', () => results.passed++)
      .on('pending', test => results.skipped.push(test.fullTitle()))
      .on('fail', (test, error: Error) => {
        results.failed++;
        results.failures.push({ title: test.fullTitle(), error: error.stack ?? String(error) });
      });
  });
  // The runner believes this file and not VS Code, which reports success even when its host died in mid-test.
  const file = process.env['TEST_RESULTS'];
  if (file === undefined) throw new Error('Expected TEST_RESULTS to name the file for the results.');
  writeFileSync(file, JSON.stringify(results));
  if (results.failed > 0) throw new Error(`${results.failed} failed`);
}
