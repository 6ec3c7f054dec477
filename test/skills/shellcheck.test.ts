import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { shellLauncher } from '../../src/core/launcherScripts.ts';
import { projectRoot } from '../rigs/projectRoot.ts';

/** No npm package brings the program along; all that are called so download it when they run. */
const skip =
  spawnSync('shellcheck', ['--version']).status !== 0 &&
  'shellcheck is not installed here: the shell scripts were not looked at';

function findings(script: string): string {
  const run = spawnSync('shellcheck', ['--shell=sh', '--format=gcc', '-'], {
    input: script,
    encoding: 'utf8',
  });
  assert.equal(run.error, undefined);
  return `${run.stdout}${run.stderr}`;
}

test('shellcheck has nothing to say of the scripts that AgentDock writes', { skip }, async () => {
  const skill = join(projectRoot, 'src', 'client', 'skills', 'manage_threads.sh');
  assert.equal(findings(await readFile(skill, 'utf8')), '');
  assert.equal(findings(shellLauncher("/opt/it's node/bin", '/opt/a b/cli.js')), '');
  // It does look.
  assert.match(findings('#!/bin/sh\nrm $1/*\n'), /SC2086/);
});
