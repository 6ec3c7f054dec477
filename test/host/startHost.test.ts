import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as z from 'zod';
import { startHost } from '../../src/client/startHost.ts';
import { userEnvironment } from '../../src/providers/process/environment.ts';

const environmentSchema = z.record(z.string(), z.string());

const urlOf = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

/** A program that waits until the process whose pid stands in the file is gone, or waits only for its parent. */
const untilEnded = (pidFile: string) => `
  import { readFile } from 'node:fs/promises';
  import { startTimeOf } from ${urlOf('../../src/providers/process/processTable.ts')};
  import { waitFor } from ${urlOf('../support/waitFor.ts')};
  const read = () => readFile(${JSON.stringify(pidFile)}, 'utf8').then(Number, () => 0);
  const pid = await waitFor('the pid', read);
  await waitFor('the end', async () => (await startTimeOf(pid)) === undefined);
`;

test('the last words of a host that ended at its start are heard, however late its starter listens', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'dock-start-'));
  t.after(() => rm(folder, { recursive: true }));
  const hostScript = join(folder, 'host.js');
  const error = { code: 'storage_unavailable', message: 'No space.', retryable: true };
  const pidFile = join(folder, 'pid');
  const words = JSON.stringify(JSON.stringify({ error }));
  const source = `require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); console.log(${words})`;
  await writeFile(hostScript, source);
  const starting = startHost({
    hostScript,
    workspace: folder,
    environment: { PATH: process.env['PATH'] },
    startedBy: 'window',
  });
  // Nothing is read until the host is gone: its end and its words then arrive at once.
  execFileSync(process.execPath, ['--input-type=module', '-e', untilEnded(pidFile)]);
  await assert.rejects(starting, error);
});

test('the person’s options for Node go past the host to the agents, without what VS Code loads', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'dock-start-'));
  t.after(() => rm(folder, { recursive: true }));
  const hostScript = join(folder, 'host.js');
  const seen = join(folder, 'seen.json');
  const write = `require('node:fs').writeFileSync(${JSON.stringify(seen)}, JSON.stringify(process.env))`;
  await writeFile(hostScript, `${write}; console.log('{"ready":true}')`);
  await startHost({
    hostScript,
    workspace: folder,
    environment: {
      PATH: process.env['PATH'],
      NODE_OPTIONS: '--require /x/vscode/js-debug/boot.js --max-old-space-size=4096',
      VSCODE_PID: '1',
    },
    startedBy: 'window',
  });
  const ofHost = environmentSchema.parse(JSON.parse(await readFile(seen, 'utf8')));
  assert.equal(ofHost['NODE_OPTIONS'], undefined);
  const ofAgents = userEnvironment(ofHost);
  assert.equal(ofAgents['NODE_OPTIONS'], '--max-old-space-size=4096');
  assert.deepEqual(
    Object.keys(ofAgents).filter(name => /AGENTDOCK|VSCODE|ELECTRON/.test(name)),
    [],
  );
});
