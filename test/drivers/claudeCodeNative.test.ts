import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import { whyNotPasted } from '../../src/providers/pty/pastedText.ts';
import { processesWith } from '../host/processes.ts';
import { waitFor } from '../support/waitFor.ts';
import { eventsOf, makeHarness, outputsOf, script, textOf } from './claudeCodeHarness.ts';
import { startToolServer } from './claudeToolServer.ts';

const note = (text: string) => `mcp agentdock note ${JSON.stringify({ text })}`;

test('claude_code: a long prompt comes to its terminal byte for byte, and what is asked there is asked of the host too, whose answer decides', async t => {
  const { startInTerminal, workspace, requests } = await makeHarness(t);
  const lines = '  -p --help: [Pasted text #1], /tmp, "#2" & @x \u{1F680}\u200b ÅÄÖ \n'.repeat(1_500);
  const prompt = `${lines}\n${script('write made.txt yes', 'say Made.')}`;
  assert.equal(whyNotPasted(prompt), undefined);
  const { turn, permissions, events } = startInTerminal(prompt, {
    permissionMode: 'ask',
    permission: () => ({ allow: true }),
  });
  await waitFor('the agent to end', () => textOf(events, 'text') === 'Made.');
  assert.deepEqual(
    permissions.map(({ tool }) => tool),
    ['Write'],
  );
  assert.deepEqual(requests()[0]?.userTurns, [prompt]);
  assert.equal(readFileSync(join(workspace, 'made.txt'), 'utf8'), 'yes');
  assert.deepEqual(
    eventsOf(events, 'tool.ended').map(({ status }) => status),
    ['completed'],
  );
  await turn.interrupt();
  assert.partialDeepStrictEqual(await turn.ended, { outcome: 'interrupted', result: 'Made.' });
});

test('claude_code: an answer given in the terminal takes the question at the host back', async t => {
  const { startInTerminal, workspace } = await makeHarness(t);
  const withdrawn = Promise.withResolvers<void>();
  const { turn, shows, events } = startInTerminal(script('write made.txt yes', 'say Made.'), {
    permissionMode: 'ask',
    permission: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          withdrawn.resolve();
          reject(new DockError('cancelled', 'Taken back.'));
        });
      }),
  });
  await shows('1. Yes');
  assert.equal(turn.terminal?.takesMessages(), false);
  await assert.rejects(turn.steer('AgentDock: news.'), { code: 'conflict' });
  assert.ok(!existsSync(join(workspace, 'made.txt')));
  turn.write?.('\r');
  await waitFor('the agent to end', () => textOf(events, 'text') === 'Made.');
  await withdrawn.promise;
  assert.ok(existsSync(join(workspace, 'made.txt')));
  await turn.interrupt();
});

test('claude_code: in its terminal full asks nothing, and read_only is refused with a reason', async t => {
  const { startInTerminal, root } = await makeHarness(t);
  const outside = join(root, 'outside.txt');
  for (const permissionMode of ['read_only', 'full'] as const) {
    const { turn, permissions, events } = startInTerminal(
      script(`shell echo hi > ${outside}`, 'report', 'say Over.'),
      { permissionMode },
    );
    await waitFor(`${permissionMode} to end`, () => textOf(events, 'text') !== '');
    assert.deepEqual(permissions, []);
    assert.equal(existsSync(outside), permissionMode === 'full');
    if (permissionMode === 'read_only') assert.match(textOf(events, 'text'), /permission mode read_only/);
    await turn.interrupt();
  }
});

test('claude_code: in its terminal the token is in no command line or environment, and its file is gone once it was read', async t => {
  const { startInTerminal, runtimeDir, request, models } = await withTools(t);
  const { turn, events } = startInTerminal(
    script('shell env', 'gate held', note('x'), 'say Noted.'),
    request,
  );
  await models.gates.arrival('held');
  const pids = await processesWith(`AGENTDOCK_THREAD=${request.threadId}`);
  assert.ok(pids.length > 0);
  for (const pid of pids) {
    for (const name of ['cmdline', 'environ']) {
      assert.ok(!readFileSync(`/proc/${pid}/${name}`, 'utf8').includes(request.tools.token), name);
    }
  }
  assert.ok(!outputsOf(events).join('\n').includes(request.tools.token));
  for (const file of readdirSync(runtimeDir)) {
    assert.ok(!readFileSync(join(runtimeDir, file), 'utf8').includes(request.tools.token), file);
  }
  models.gates.open('held');
  await waitFor('the agent to end', () => textOf(events, 'text') === 'Noted.');
  assert.deepEqual(request.tools.calls, [{ tool: 'note', args: { text: 'x' } }]);
  await turn.interrupt();
  assert.deepEqual(await processesWith(`AGENTDOCK_THREAD=${request.threadId}`), []);
  assert.deepEqual(readdirSync(runtimeDir), []);
});

test('claude_code: a terminal that did not load the tools asks no model', async t => {
  const { startInTerminal, request, requests } = await withTools(t, { toolsMs: 100 });
  await request.tools.stop();
  const { turn } = startInTerminal(script('say Unseen.'), request);
  assert.partialDeepStrictEqual(await turn.ended, {
    outcome: 'failed',
    error: { code: 'tools_unavailable' },
  });
  assert.deepEqual(requests(), []);
});

async function withTools(...[t, options]: Parameters<typeof makeHarness>) {
  const harness = await makeHarness(t, options);
  const tools = await startToolServer(t);
  const request = {
    threadId: `thread-${crypto.randomUUID()}`,
    permissionMode: 'full' as const,
    tools,
    toolsReached: () => tools.reached,
  };
  return { ...harness, request };
}
