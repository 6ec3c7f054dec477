import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ProviderId, ThreadId } from '../../src/contracts/ids.ts';
import { type PermissionMode, permissionModes } from '../../src/contracts/thread.ts';
import { cliScript } from '../host/dockCli.ts';
import { type Dock, makeDock, wholeFile } from '../host/harness.ts';
import { atRest, historyOf, inState, providers, script, spawnThread } from '../host/turns.ts';
import { putProgram, putRawClient, runAgent } from './agentShell.ts';

const file = wholeFile();
let dock: Dock;
let client: DockClient;
/** A `full` thread of the person's, at rest. */
let bystander: ThreadId;
before(async () => {
  dock = await makeDock(file, { settings: { max_depth: 1 } });
  await letCommandsRun(dock);
  client = await dock.connect();
  await putRawClient(dock);
  const prompt = script('say Mine.');
  bystander = await spawnThread(client, { provider: 'codex', prompt });
  await atRest(client, bystander);
  await writeFile(join(dock.workspace, 'bystander.txt'), bystander);
  await writeFile(join(dock.workspace, 'call.json'), JSON.stringify({ tool: 'spawn_thread', args: evil }));
  const raw = { workspace: dock.workspace, client: { kind: 'window', marks: [] }, args: evil };
  await writeFile(join(dock.workspace, 'raw.json'), JSON.stringify(raw));
  const host: unknown = JSON.parse(await readFile(dock.state('host.json'), 'utf8'));
  await writeFile(join(dock.workspace, 'known.json'), JSON.stringify({ ...raw, host }));
  await putProgram(dock, 'helper.sh', `exec env ${unset} setsid --wait ${spawnEvil}`);
});

const evil = { task_name: 'evil', provider: 'codex', prompt: 'Be evil.', permission_mode: 'full' };
const spawnEvil = "agentdock spawn codex 'Be evil.' --name evil --mode full --yes --json";
const marks = [
  ...['AGENTDOCK_THREAD', 'AGENTDOCK_FOLDER', 'AGENTDOCK_HOST', 'CLAUDECODE', 'CLAUDE_CODE_SESSION_ID'],
  ...['CLAUDE_CODE_CHILD_SESSION', 'AI_AGENT', 'CODEX_THREAD_ID', 'CODEX_SESSION_ID', 'CODEX_TOOL_CALL_ID'],
  ...['CODEX_CI', 'CODEX_SANDBOX_NETWORK_DISABLED', 'OPENCODE', 'OPENCODE_PID', 'AGENT'],
];
const unset = marks.map(name => `-u ${name}`).join(' ');

/** With the key and the address of the host. */
const knowing = 'node rawClient.mjs "$(cat known.json)"';

/** Each tries to get what only a person gets. */
const attempts = [
  spawnEvil,
  'agentdock call - < call.json',
  'agentdock host stop --json',
  'node rawClient.mjs "$(cat raw.json)"',
  `env -u AGENTDOCK_THREAD ${spawnEvil}`,
  `setsid --wait ${spawnEvil}`,
  './helper.sh',
  "agentdock spawn command 'touch evil.txt' --name evil --json",
  "agentdock resume $(cat bystander.txt) 'Be evil.' --json",
  // By its path: a sandbox may hide the launcher that is on the PATH.
  `env ${unset} node ${cliScript} spawn codex 'Be evil.' --name evil --mode full --yes --json`,
  knowing,
];

/**
 * The person's own settings as far as they go: Claude Code runs every command without asking. Codex's switch for the
 * network is on, which a profile of ours does not take up. OpenCode asks for each command, whatever its settings say.
 */
async function letCommandsRun({ home }: Dock): Promise<void> {
  await mkdir(join(home, '.claude'), { recursive: true });
  await writeFile(
    join(home, '.claude', 'settings.json'),
    JSON.stringify({ permissions: { allow: ['Bash'] } }),
  );
  const config = join(home, '.codex', 'config.toml');
  const network = '\n[sandbox_workspace_write]\nnetwork_access = true\n';
  await writeFile(config, `sandbox_mode = "workspace-write"\n${await readFile(config, 'utf8')}${network}`);
}

/** Whether the host itself is asked there, and must refuse: elsewhere a sandbox or the provider is before it. */
function runsCommands(provider: ProviderId, mode: PermissionMode): boolean {
  return mode === 'full' || (provider === 'claude_code' && mode !== 'read_only');
}

async function expectNothingDone(): Promise<void> {
  const { threads } = await client.call('list_threads', { limit: 1000 });
  assert.deepEqual(
    threads.filter(({ task_name }) => task_name === 'evil'),
    [],
  );
  for (const { permission_mode, parent_id } of threads) {
    assert.ok(permission_mode !== 'full' || parent_id === undefined);
  }
  const { thread } = await client.call('get_thread', { thread_id: bystander });
  assert.deepEqual([thread.state, thread.turns_ended], ['completed', 1]);
}

for (const provider of providers) {
  for (const mode of permissionModes) {
    test(`${provider}, ${mode}: from inside, nothing makes the agent a person`, async () => {
      const host = await dock.hostPids();
      const steps = attempts.map(command => `shell ${command}`);
      const { results, shown } = await runAgent(dock, client, { provider, mode, steps });
      assert.equal(shown.state, 'completed', JSON.stringify(shown.error));
      assert.equal(results.length, attempts.length);
      for (const [index, result] of results.entries()) {
        const told = `${attempts[index]}\n${result}`;
        assert.doesNotMatch(result, /"ok":true|"person"/, told);
        if (runsCommands(provider, mode)) assert.match(result, /permission_denied/, told);
      }
      if (provider === 'codex' && mode !== 'full') {
        assert.match(results[attempts.indexOf(knowing)] ?? '', /"unreachable":"connect EPERM/);
      }
      assert.deepEqual(await dock.hostPids(), host);
      await expectNothingDone();
    });
  }
}

test('command: from inside, nothing makes the program a person', async () => {
  const host = await dock.hostPids();
  const lines = attempts.map((command, index) => `echo "attempt ${index}:"; ${command}`);
  const program = await spawnThread(client, { provider: 'command', prompt: lines.join('\n') });
  await atRest(client, program);
  const events = await historyOf(client, program);
  const output = events.flatMap(({ type, data }) => (type === 'output' ? [String(data)] : [])).join('');
  const [, ...results] = output.split(/^attempt \d+:/m);
  assert.equal(results.length, attempts.length, output);
  for (const [index, result] of results.entries()) {
    const told = `${attempts[index]}\n${result}`;
    assert.doesNotMatch(result, /"ok":true|"person"/, told);
    assert.match(result, /permission_denied/, told);
  }
  assert.deepEqual(await dock.hostPids(), host);
  await expectNothingDone();
});

for (const provider of providers) {
  test(`${provider}: an agent sees and starts what is below it, and touches nothing beside it`, async () => {
    const gate = `sibling-${provider}`;
    const sibling = await spawnThread(client, {
      // Threads of one server cannot always be told apart: SECURITY.md.
      provider: provider === 'codex' ? 'claude_code' : 'codex',
      prompt: script(`gate ${gate}`, 'say Mine.'),
    });
    await dock.models.gates.arrival(gate);
    const child = "agentdock spawn codex 'Help.' --name child --json";
    const ownChild = `$(grep -o 'thread-[a-z0-9-]*' child-${provider} | head -n 1)`;
    const own = `own-${provider}`;
    const agent = runAgent(dock, client, {
      provider,
      mode: 'full',
      steps: [
        'shell agentdock list --json',
        'shell agentdock show $AGENTDOCK_THREAD --json',
        // The person's default, cut to what the parent has.
        `shell ${child} | tee child-${provider}`,
        // No tool waits for a turn: Codex would let its model go on meanwhile.
        `gate ${own}`,
        `shell agentdock wait ${ownChild}`,
        `shell agentdock show ${ownChild} --json`,
        `shell ${child} --mode edit`,
        `shell ${child} --mode full --yes`,
        `shell agentdock show ${sibling} --json`,
        `shell agentdock cancel ${sibling} --json`,
        `shell agentdock resume ${sibling} 'Do my work.' --json`,
        ...['-u AGENTDOCK_THREAD', `AGENTDOCK_THREAD=${sibling}`, unset].map(
          changed => `shell env ${changed} agentdock cancel ${sibling} --json`,
        ),
      ],
    });
    await dock.models.gates.arrival(own);
    const started = await readFile(join(dock.workspace, `child-${provider}`), 'utf8');
    await atRest(client, threadIdIn(started));
    dock.models.gates.open(own);
    const { thread, results, shown } = await agent;
    assert.equal(shown.state, 'completed', JSON.stringify(shown.error));
    const [list = '', self = '', , waited = '', ended = '', edit = '', full = '', ...beside] = results;
    assert.ok(list.includes(thread) && !list.includes(sibling), list);
    assert.match(self, new RegExp(`"thread_id":"${thread}"`));
    assert.match(waited, /completed/);
    assert.match(ended, /Plain answer over/);
    assert.match(ended, new RegExp(`"parent_id":"${thread}"`));
    assert.match(ended, /"permission_mode":"ask"/);
    assert.match(edit, /"ok":true/);
    assert.match(full, /permission_denied/);
    assert.equal(beside.length, 6);
    for (const [index, result] of beside.entries()) assert.match(result, /permission_denied/, `${index}`);

    const { state, cancel_requested } = await inState(client, sibling, 'running');
    assert.deepEqual([state, cancel_requested], ['running', false]);
    dock.models.gates.open(gate);
    const { threads } = await client.call('list_threads', { parent_id: thread });
    assert.deepEqual(threads.map(({ permission_mode }) => permission_mode).sort(), ['ask', 'edit']);
  });
}

function threadIdIn(text: string): string {
  return /thread-[a-z0-9-]+/.exec(text)?.[0] ?? '';
}

test('a child has at most the mode of its parent, and a grandchild beyond the limit is refused', async () => {
  const spawn = (parent: string, mode: string) =>
    dock.cli(['spawn', 'codex', 'Help.', '--mode', mode, '--json'], { env: { AGENTDOCK_THREAD: parent } });
  const parent = await spawnThread(client, {
    provider: 'codex',
    prompt: script('say Here.'),
    permission_mode: 'read_only',
  });
  for (const mode of ['ask', 'edit', 'full']) {
    assert.match((await spawn(parent, mode)).stdout, /permission_denied/);
  }
  const child = await spawn(parent, 'read_only');
  assert.equal(child.code, 0, child.stdout);
  const grandchild = await spawn(threadIdIn(child.stdout), 'read_only');
  assert.match(grandchild.stdout, /limit_reached/);
});
