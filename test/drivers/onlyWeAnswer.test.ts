import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { open, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PermissionAnswer, RunningTurn } from '../../src/providers/driver.ts';
import { readProcessTable } from '../../src/providers/process/processTable.ts';
import { withDescendants } from '../../src/providers/process/tree.ts';
import { waitFor } from '../support/waitFor.ts';
import * as claude from './claudeCodeHarness.ts';
import * as codex from './codexHarness.ts';
import { processOf, type RecordedSink } from './harness.ts';

const skip = process.platform === 'linux' ? false : 'looks into /proc';

/** Sockets of the process on which others could speak to it. */
async function listening(pid: number): Promise<readonly string[]> {
  const files = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(files.map(file => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
  const inodes = new Set(links.flatMap(link => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const rows = async (name: string) =>
    (await readFile(`/proc/${pid}/net/${name}`, 'utf8')).split('\n').map(line => line.trim().split(/\s+/));
  const tcp = [...(await rows('tcp')), ...(await rows('tcp6'))];
  const unix = await rows('unix');
  return [
    ...tcp.flatMap(row => (row[3] === '0A' && inodes.has(row[9] ?? '') ? [`tcp ${row[1]}`] : [])),
    // The flag says that it accepts connections.
    ...unix.flatMap(row => (row[3] === '00010000' && inodes.has(row[6] ?? '') ? [`unix ${row[7]}`] : [])),
  ];
}

interface Asking extends RecordedSink {
  readonly turn: RunningTurn;
}

/**
 * Of a turn that waits for a permission: none of the provider's processes can be spoken to by any other process, not
 * even by one of the same user. Then we allow it.
 */
async function expectOnlyUs(asking: Asking, allow: () => void, made: string): Promise<void> {
  const { pid } = processOf(asking);
  const table = await readProcessTable();
  const roots = table.filter(one => one.pid === pid);
  const tree = withDescendants(table, roots, process.pid);
  assert.ok(tree.length > 0);
  for (const one of tree) assert.deepEqual(await listening(one.pid), [], `${one.pid} listens`);
  await assert.rejects(open(`/proc/${pid}/fd/0`, 'w'), { code: 'ENXIO' });
  assert.equal(existsSync(made), false);
  allow();
  assert.equal((await asking.turn.ended).outcome, 'completed');
  assert.equal(existsSync(made), true);
}

function makePerson() {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<PermissionAnswer>();
  return {
    permission: () => {
      asked.resolve();
      return answer.promise;
    },
    askedIn: ({ ended }: RunningTurn) =>
      Promise.race([
        asked.promise,
        ended.then(end => {
          throw new Error(`The turn ended before it asked: ${JSON.stringify(end)}`);
        }),
      ]),
    allow: () => answer.resolve({ allow: true }),
  };
}

test('codex: no other process can answer a permission', { skip }, async t => {
  const { start, workspace } = await codex.makeCodexHarness(t);
  const person = makePerson();
  const command = { cmd: 'touch made', sandbox_permissions: 'require_escalated', justification: 'so' };
  const asking = start(codex.script(`tool exec_command ${JSON.stringify(command)}`, 'say done'), {
    permissionMode: 'ask',
    permission: person.permission,
  });
  await person.askedIn(asking.turn);
  await expectOnlyUs(asking, person.allow, join(workspace, 'made'));
});

test('codex: no other process can answer a permission that its terminal asks', { skip }, async t => {
  const { startInTerminal, workspace } = await codex.makeCodexHarness(t);
  const before = await listening(process.pid);
  const person = makePerson();
  const command = { cmd: 'touch made', sandbox_permissions: 'require_escalated', justification: 'so' };
  const { turn } = startInTerminal(codex.script(`tool exec_command ${JSON.stringify(command)}`, 'say done'), {
    permissionMode: 'ask',
    permission: person.permission,
  });
  await person.askedIn(turn);
  // The terminal came in through a door of ours, which nobody listens at any more.
  assert.deepEqual(await listening(process.pid), before);
  const table = await readProcessTable();
  const tree = withDescendants(
    table,
    table.filter(({ ppid }) => ppid === process.pid),
    process.pid,
  );
  assert.ok(tree.length > 1);
  for (const { pid } of tree) assert.deepEqual(await listening(pid), [], `${pid} listens`);
  const made = join(workspace, 'made');
  assert.equal(existsSync(made), false);
  person.allow();
  await waitFor('it to be made', () => existsSync(made));
  await turn.interrupt();
});

test('claude_code: no other process can answer a permission', { skip }, async t => {
  const { start, workspace } = await claude.makeHarness(t);
  const person = makePerson();
  const asking = start(claude.script('shell touch made', 'say done'), {
    permissionMode: 'ask',
    permission: person.permission,
  });
  await person.askedIn(asking.turn);
  await expectOnlyUs(asking, person.allow, join(workspace, 'made'));
});
