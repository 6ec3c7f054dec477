import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PermissionMode } from '../../src/contracts/thread.ts';
import { eventsOf, makeHarness, outputsOf, script } from './claudeCodeHarness.ts';

const reason = 'nobody is there to allow it';
const refusing = { permission: () => ({ allow: false, reason }) as const };

/** One read, one edit, one changing command, one file outside the workspace. */
const attempts = (outside: string) =>
  script(
    'shell cat given.txt',
    'write made.txt x',
    "shell python3 -c \"open('ran.txt','w')\"",
    `write ${outside} x`,
    'report',
  );

async function attempt(t: Parameters<typeof makeHarness>[0], permissionMode: PermissionMode) {
  const harness = await makeHarness(t);
  const { workspace, root } = harness;
  await writeFile(join(workspace, 'given.txt'), 'what was given');
  const outside = join(root, 'outside.txt');
  const turn = await harness.run(attempts(outside), { permissionMode, ...refusing });
  const has = (file: string) => existsSync(file);
  return {
    ...turn,
    end: turn.end,
    done: {
      made: has(join(workspace, 'made.txt')),
      ran: has(join(workspace, 'ran.txt')),
      outside: has(outside),
    },
    statuses: eventsOf(turn.events, 'tool.ended').map(({ status }) => status),
    asked: turn.permissions.map(({ tool }) => tool),
  };
}

test('claude_code: read_only reads and changes nothing, and the model learns why', async t => {
  const { end, done, statuses, events } = await attempt(t, 'read_only');
  assert.equal(end.outcome, 'completed');
  assert.equal(outputsOf(events)[0], 'what was given');
  assert.deepEqual(done, { made: false, ran: false, outside: false });
  assert.deepEqual(statuses, ['completed', 'declined', 'declined', 'declined']);
  assert.match(end.result ?? '', /permission mode read_only/);
});

test('claude_code: read_only drops no request for AgentDock, by no redirect either', async t => {
  const { run, workspace } = await makeHarness(t);
  const requests = join(workspace, '.agentdock', 'requests');
  await mkdir(requests, { recursive: true });
  const turn = await run(script('shell echo q > .agentdock/requests/q.json', 'report'), {
    permissionMode: 'read_only',
  });
  assert.deepEqual(
    eventsOf(turn.events, 'tool.ended').map(({ status }) => status),
    ['declined'],
  );
  assert.deepEqual(await readdir(requests), []);
});

test('claude_code: ask reads, and asks for edits and commands; the refusal’s reason reaches the model', async t => {
  const { end, done, statuses, asked, permissions } = await attempt(t, 'ask');
  assert.deepEqual(done, { made: false, ran: false, outside: false });
  assert.deepEqual(statuses, ['completed', 'declined', 'declined', 'declined']);
  assert.deepEqual(asked, ['Write', 'Bash', 'Write']);
  assert.match(permissions[0]?.detail ?? '', /made\.txt$/);
  assert.match(end.result ?? '', new RegExp(reason));
});

test('claude_code: edit changes files in the workspace, and asks for other commands and places', async t => {
  const { done, asked } = await attempt(t, 'edit');
  assert.deepEqual(done, { made: true, ran: false, outside: false });
  assert.deepEqual(asked, ['Bash', 'Write']);
});

test('claude_code: full does everything without asking', async t => {
  const { done, asked, statuses } = await attempt(t, 'full');
  assert.deepEqual(done, { made: true, ran: true, outside: true });
  assert.deepEqual(asked, []);
  assert.deepEqual(statuses, ['completed', 'completed', 'completed', 'completed']);
});

test('claude_code: what the host allows is done', async t => {
  const { run, workspace } = await makeHarness(t);
  const { permissions } = await run(script('write made.txt x', 'say done'), {
    permissionMode: 'ask',
    permission: () => ({ allow: true }),
  });
  assert.equal(permissions.length, 1);
  assert.ok(existsSync(join(workspace, 'made.txt')));
});

test('claude_code: what the person’s settings allow does not widen read_only', async t => {
  const { run, workspace, home } = await makeHarness(t);
  await mkdir(join(home, '.claude'), { recursive: true });
  const settings = {
    permissions: { allow: ['Bash', 'Bash(python3:*)', 'Write', 'Edit'], defaultMode: 'bypassPermissions' },
  };
  await writeFile(join(home, '.claude', 'settings.json'), JSON.stringify(settings));
  const steps = script("shell python3 -c \"open('ran.txt','w')\"", 'write made.txt x', 'say done');
  await run(steps, { permissionMode: 'read_only' });
  assert.ok(!existsSync(join(workspace, 'ran.txt')));
  assert.ok(!existsSync(join(workspace, 'made.txt')));
});

for (const mode of ['edit', 'full'] as const) {
  test(`claude_code: in ${mode} the state folder is closed, .agentdock is read-only and requests is open`, async t => {
    const { workspace, outputs } = await withDock(t, mode);
    assert.equal(outputs.length, 5);
    assert.doesNotMatch(outputs.join(' '), /the secret/);
    assert.ok(!existsSync(join(workspace, '.agentdock/state/new.txt')));
    assert.equal(await readFile(join(workspace, '.agentdock/agent.md'), 'utf8'), 'goals');
    assert.equal(await readFile(join(workspace, '.agentdock/requests/a.json'), 'utf8'), '{}');
  });
}

async function withDock(t: Parameters<typeof makeHarness>[0], permissionMode: PermissionMode) {
  const { run, workspace } = await makeHarness(t);
  const dock = join(workspace, '.agentdock');
  await writeFile(join(dock, 'agent.md'), 'goals');
  const workingDir = join(workspace, 'src');
  await mkdir(workingDir);
  const { events } = await run(
    script(
      `tool Read ${JSON.stringify({ file_path: join(dock, 'state', 'secret.txt') })}`,
      'shell cat ../.agentdock/state/secret.txt',
      'write ../.agentdock/state/new.txt x',
      'write ../.agentdock/agent.md x',
      'write ../.agentdock/requests/a.json {}',
      'say done',
    ),
    { permissionMode, workingDir, ...refusing },
  );
  return { workspace, outputs: outputsOf(events) };
}
