import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { type HostOfFile, hostForFile } from '../host/hostForFile.ts';
import { atRest, inState, type RealProvider, script, spawnThread } from '../host/turns.ts';
import { putRawClient, runAgent } from './agentShell.ts';

interface Scene extends HostOfFile {
  readonly asker: ThreadId;
}

const unset = ['AGENTDOCK_THREAD', 'CODEX_THREAD_ID', 'CLAUDECODE', 'OPENCODE']
  .map(name => `-u ${name}`)
  .join(' ');

/** Declares the tests: agents of these providers, one after the other, try to answer a thread that waits for the person. */
export function testAnswersFromShell(chosen: readonly RealProvider[]): void {
  let asker: ThreadId;
  const host = hostForFile(async prepared => {
    asker = await askForPermission(prepared);
  });
  for (const provider of chosen) testAgent(provider, () => ({ ...host(), asker }));
  testPerson(() => ({ ...host(), asker }));
}

/** A thread of the person's that waits for a permission, with all that an agent would need to give it. */
async function askForPermission({ dock, client }: HostOfFile): Promise<ThreadId> {
  await putRawClient(dock);
  const asker = await spawnThread(client, {
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
  return asker;
}

function testAgent(provider: RealProvider, scene: () => Scene): void {
  test(`${provider}: no shell of an agent gives a permission, not even with full access`, async () => {
    const { dock, client, asker } = scene();
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

function testPerson(scene: () => Scene): void {
  test('the person gives it', async () => {
    const { dock, client, asker } = scene();
    const [request] = (await inState(client, asker, 'waiting_permission')).requests;
    assert.ok(request);
    await client.call('answer_thread', { thread_id: asker, request_id: request.id, decision: 'allow' });
    assert.equal((await atRest(client, asker)).state, 'completed');
    assert.equal(existsSync(join(dock.workspace, 'allowed-by-somebody')), true);
  });
}
