import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { type Dock, makeDock, wholeFile } from '../host/harness.ts';
import { atRest, inState, type RealProvider, script, spawnThread } from '../host/turns.ts';
import type { Owner } from '../support/owner.ts';
import { runAgent } from './agentShell.ts';

let dock: Dock;
let client: DockClient;
/** A thread of the person's that waits for a permission. */
let asker: ThreadId;
const unset = ['AGENTDOCK_THREAD', 'CODEX_THREAD_ID', 'CLAUDECODE', 'OPENCODE']
  .map(name => `-u ${name}`)
  .join(' ');

/** Declares the tests: agents of these providers, one after the other, try to answer a thread that waits for the person. */
export function testAnswersFromShell(chosen: readonly RealProvider[]): void {
  const file = wholeFile();
  before(() => setUp(file));
  for (const provider of chosen) testAgent(provider);
  testPerson();
}

async function setUp(owner: Owner): Promise<void> {
  dock = await makeDock(owner);
  client = await dock.connect();
  await copyFile(join(import.meta.dirname, 'rawClient.mjs'), join(dock.workspace, 'rawClient.mjs'));
  asker = await spawnThread(client, {
    provider: 'claude_code',
    prompt: script('shell touch allowed-by-somebody', 'say done'),
    permission_mode: 'ask',
  });
  const [request] = (await inState(client, asker, 'waiting_permission')).requests;
  assert.ok(request);
  const args = { thread_id: asker, request_id: request.id, decision: 'allow' };
  const host: unknown = JSON.parse(await readFile(dock.state('host.json'), 'utf8'));
  const call = { tool: 'answer_thread', args };
  await writeFile(join(dock.workspace, 'call.json'), JSON.stringify(call));
  const raw = { workspace: dock.workspace, host, client: { kind: 'window', marks: [] }, ...call };
  await writeFile(join(dock.workspace, 'raw.json'), JSON.stringify(raw));
}

function testAgent(provider: RealProvider): void {
  test(`${provider}: no shell of an agent gives a permission, not even with full access`, async () => {
    const attempts = [
      `agentdock answer ${asker} --allow --json`,
      `agentdock answer ${asker} --allow-thread --json`,
      'agentdock call - < call.json',
      `env ${unset} agentdock call - < call.json`,
      `env ${unset} setsid --wait agentdock answer ${asker} --allow --json`,
      'node rawClient.mjs "$(cat raw.json)"',
    ];
    const { results, shown } = await runAgent(dock, client, {
      provider,
      mode: 'full',
      isAlone: true,
      steps: attempts.map(command => `shell ${command}`),
    });
    assert.equal(shown.state, 'completed', JSON.stringify(shown.error));
    assert.equal(results.length, attempts.length);
    for (const [index, result] of results.entries()) {
      assert.match(result, /permission_denied/, `${attempts[index]}\n${result}`);
      assert.doesNotMatch(result, /"ok":true|"person"/);
    }
    assert.equal(client.threads.get(asker)?.state, 'waiting_permission');
    assert.equal(existsSync(join(dock.workspace, 'allowed-by-somebody')), false);
  });
}

function testPerson(): void {
  test('the person gives it', async () => {
    const [request] = (await inState(client, asker, 'waiting_permission')).requests;
    assert.ok(request);
    await client.call('answer_thread', { thread_id: asker, request_id: request.id, decision: 'allow' });
    assert.equal((await atRest(client, asker)).state, 'completed');
    assert.equal(existsSync(join(dock.workspace, 'allowed-by-somebody')), true);
  });
}
