import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { noLimit } from './harness.ts';
import { makeHarness, script } from './opencodeHarness.ts';

const options = { skip: process.platform === 'win32' ? 'the wrapper is a shell script' : false };

/** What the real one says when another process has just made that table: `test/long/opencodeFirstStart` brings it about. */
const tripped = 'Error: Unexpected error\n\nFailed query: CREATE TABLE `workspace` (\nparams: \n';

/** The real CLI, which trips at its first `models` and at its first `serve`. */
async function trippingOnce(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'dock-migration-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'said'), tripped);
  const binary = join(folder, 'opencode');
  const source = `#!/bin/sh
if [ "$1" != --version ] && [ ! -e "${folder}/$1" ]; then
  touch "${folder}/$1"
  cat "${folder}/said" >&2
  exit 1
fi
exec "$AGENTDOCK_OPENCODE_BIN" "$@"
`;
  await writeFile(binary, source, { mode: 0o755 });
  return { binary, hasTripped: (command: string) => existsSync(join(folder, command)) };
}

test('opencode: one that trips over another’s first start is started again', options, async t => {
  const { binary, hasTripped } = await trippingOnce(t);
  const harness = await makeHarness({ binary });
  t.after(() => harness.close());
  const { signed_in, status } = await harness.driver.checkHealth(noLimit);
  assert.deepEqual([signed_in, status, hasTripped('models')], ['yes', 'healthy', true]);
  const { end } = await harness.run(script('say It works.'));
  assert.deepEqual([end.outcome, end.result, hasTripped('serve')], ['completed', 'It works.', true]);
});
