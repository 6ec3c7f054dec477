import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PermissionMode } from '../../src/contracts/thread.ts';
import type { HostOfFile } from '../host/hostForFile.ts';
import { historyOf, type RealProvider } from '../host/turns.ts';
import { personSaysNo, runAgent } from './agentShell.ts';

/** `asked`: the person is asked, and says no; `cut`: the mode itself or a sandbox says no. */
type Outcome = 'done' | 'asked' | 'cut';
type Outcomes = Readonly<Record<PermissionMode, Outcome>>;

/** The provider's own tool for files, and a command of the shell. */
const expected: Readonly<Record<RealProvider, { readonly write: Outcomes; readonly shell: Outcomes }>> = {
  codex: {
    write: { read_only: 'cut', ask: 'asked', edit: 'done', full: 'done' },
    shell: { read_only: 'cut', ask: 'cut', edit: 'done', full: 'done' },
  },
  claude_code: {
    write: { read_only: 'cut', ask: 'asked', edit: 'done', full: 'done' },
    shell: { read_only: 'cut', ask: 'asked', edit: 'asked', full: 'done' },
  },
  opencode: {
    write: { read_only: 'cut', ask: 'asked', edit: 'done', full: 'done' },
    shell: { read_only: 'cut', ask: 'asked', edit: 'asked', full: 'done' },
  },
};

/** Declares the test of a provider in a mode, on the file's host. */
export function testPermissionMode(
  provider: RealProvider,
  mode: PermissionMode,
  hostOfFile: () => HostOfFile,
): void {
  const { write, shell } = expected[provider];
  test(`${provider}, ${mode}: a file is ${write[mode]}, a command is ${shell[mode]}`, async () => {
    const { dock, client } = hostOfFile();
    const name = `${provider}-${mode}`;
    const { thread, shown, results, read } = await runAgent(dock, client, {
      provider,
      mode,
      steps: [
        `write ${name}-written.txt one`,
        `shell node -e "require('fs').writeFileSync('${name}-made.txt', 'two')"`,
        `write .agentdock/state/${name}.txt three`,
      ],
    });
    assert.equal(shown.state, 'completed', JSON.stringify(shown.error));
    assert.equal(results.length, 3);

    const events = await historyOf(client, thread);
    const asked = events.filter(({ type }) => type === 'request.opened');
    for (const [index, outcome, made] of [
      [0, write[mode], `${name}-written.txt`],
      [1, shell[mode], `${name}-made.txt`],
    ] as const) {
      const told = `${made}: ${results[index]}`;
      assert.equal(existsSync(join(dock.workspace, made)), outcome === 'done', told);
      // Codex has no place for a reason in its refusal: there it follows as a message.
      if (outcome === 'asked') assert.ok(read.join('\n').includes(personSaysNo), told);
      if (outcome === 'cut')
        assert.match(read.join('\n'), /read[-_]only|Read-only|a rule which prevents/, told);
      const isRecorded = asked.some(event => JSON.stringify(event).includes(made));
      assert.equal(isRecorded, outcome === 'asked', told);
    }
    // Also what the mode itself refuses is an event. Codex does not tell of a command that its sandbox stopped.
    const refusals = [write[mode], ...(provider === 'codex' ? [] : [shell[mode]])];
    const wanted = refusals.filter(outcome => outcome !== 'done').length;
    const stopped = events.filter(({ type, status }) => type === 'tool.ended' && status !== 'completed');
    assert.ok(stopped.length >= wanted, JSON.stringify(stopped));
    // Who has no sandbox and `full` is the person, also there: SECURITY.md.
    const isHeld = !(provider === 'codex' && mode === 'full');
    if (isHeld) assert.equal(existsSync(dock.state(`${name}.txt`)), false, results[2]);
  });
}
