import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { refuseInsideAgent } from '../../src/host/refuseInsideAgent.ts';
import { ancestry } from '../../src/providers/process/ancestry.ts';

const windows = process.platform === 'win32' && 'Windows hides environments';

/** A shell with this mark, and below it a command without any: gives the command's pid. */
async function commandBelow(t: TestContext, mark: string): Promise<number> {
  const script = `env -u ${mark} sh -c 'echo $$; read line'; exit $?`;
  const shell = spawn('/bin/sh', ['-c', script], {
    env: { PATH: process.env['PATH'], [mark]: 'x' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => shell.stdin.end());
  const [line]: string[] = await once(createInterface({ input: shell.stdout }), 'line');
  return Number(line);
}

for (const mark of ['AGENTDOCK_THREAD', 'CODEX_THREAD_ID', 'CLAUDECODE']) {
  test(`a command below a shell with ${mark} is an agent’s, though its own environment says nothing`, {
    skip: windows,
  }, async t => {
    const pid = await commandBelow(t, mark);
    await assert.rejects(refuseInsideAgent(pid), {
      code: 'permission_denied',
      message: new RegExp(`${mark} marks an agent`),
      hint: /a terminal of your own/,
    });
  });
}

test('the line of a process ends at the top, at what is gone, and in no circle', () => {
  const process = (pid: number, ppid: number) => ({ pid, ppid, startTime: '' });
  const table = [process(1, 0), process(5, 1), process(7, 5), process(8, 9), process(9, 8), process(4, 3)];
  const pids = (pid: number) => ancestry(pid, table).map(entry => entry.pid);
  assert.deepEqual([pids(7), pids(8), pids(4), pids(6)], [[7, 5, 1], [8, 9], [4], []]);
});
