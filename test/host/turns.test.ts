import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ProviderId } from '../../src/contracts/ids.ts';
import { fingerprint } from '../models/plan.ts';
import { type Dock, makeDock, wholeFile } from './harness.ts';
import { requestsWith } from './sessions.ts';
import { atRest, endedTurns, historyOf, providers, resumeToEnd, script, spawnThread } from './turns.ts';

const file = wholeFile();
let dock: Dock;
let client: DockClient;
before(async () => {
  dock = await makeDock(file);
  client = await dock.connect();
});

for (const provider of providers) {
  test(`${provider}: a spawn gives the scripted answer, and a resume goes on in the same session`, async () => {
    const made = `made-by-${provider}.txt`;
    const first = script(
      'think First a look around.',
      'say Starting.',
      'shell echo hi-from-shell',
      `write ${made} one\\ntwo`,
      'remember apple',
      'say All done.',
    );
    const thread = await spawnThread(client, { provider, prompt: first });
    const spawned = await atRest(client, thread);
    assert.equal(spawned.state, 'completed', JSON.stringify(spawned.error));
    assert.equal(spawned.result, 'I will remember apple.\nAll done.');
    assert.equal((await readFile(join(dock.workspace, made), 'utf8')).trimEnd(), 'one\ntwo');

    const second = script('recall');
    const resumed = await resumeToEnd(client, thread, second);
    assert.equal(resumed.result, 'earlier prompts: 1; tool calls: 2; tool results: 2; words: apple');
    assert.equal(resumed.session_id, spawned.session_id);
    assert.deepEqual(resumed.earlier_sessions, []);
    // What AgentDock saw: of the last turn, and of both.
    assert.deepEqual([spawned.receipt?.tool_calls, resumed.receipt?.tool_calls], [2, 0]);
    assert.partialDeepStrictEqual(resumed.totals, { turns: 2, tool_calls: 2 });
    const used = [spawned, resumed].map(({ receipt }) => receipt?.usage?.input_tokens ?? 0);
    assert.ok(used.every(tokens => tokens > 0));
    assert.equal(
      resumed.usage?.input_tokens,
      used.reduce((sum, tokens) => sum + tokens, 0),
    );

    // What the model saw: one session, the earlier turn as messages of its own with its calls and their results.
    const requests = requestsWith(dock, first);
    assert.equal(new Set(requests.map(record => record.sessionHint)).size, 1);
    const last = requests.at(-1);
    assert.deepEqual(last?.userTurns, [first, second]);
    assert.deepEqual(last?.answers, ['Starting.', 'I will remember apple.\nAll done.']);
    assert.equal(last?.toolCalls.length, 2);
    assert.match(last?.toolResults[0] ?? '', /hi-from-shell/);
    assert.equal(last?.cwd, dock.workspace);

    const events = await historyOf(client, thread);
    assert.equal(endedTurns(events).length, 2);
    assert.equal(new Set(endedTurns(events)).size, 2);
    for (const type of ['prompt', 'text', 'tool.started', 'tool.ended', 'usage']) {
      assert.ok(
        events.some(event => event.type === type),
        `no ${type} in the history`,
      );
    }
  });
}

const unicode = 'Ünï 😀 👩‍👩‍👧 ‮אב‬ \t\r\n\u2028 \u{10ffff} é é \u0001 $HOME `id` "\'\\ <x> %s';
const leads = ['-', '--help', '/help', '!ls', '@README.md', '#', '  '];

/** The whole stack: the command's standard input, the socket, the journal, the CLI, the model server. */
async function fingerprintOf(provider: ProviderId, prompt: string): Promise<string> {
  const run = await dock.cli(['spawn', provider, '-', '--name', 'Echo', '--wait'], { stdin: prompt });
  const [, ...lines] = run.stdout.trimEnd().split('\n');
  return lines.join('\n') || `${run.stdout}${run.stderr}`;
}

for (const provider of providers) {
  test(`${provider}: a prompt that begins with any sign and holds any Unicode reaches the model byte for byte`, async () => {
    const prompts = leads.map(lead => `${lead} ${unicode}\n<<script\necho\nscript>>\n ${lead} `);
    const echoes = await Promise.all(prompts.map(prompt => fingerprintOf(provider, prompt)));
    assert.deepEqual(echoes, prompts.map(fingerprint));
  });

  test(`${provider}: a prompt of 2 MB reaches the model byte for byte`, async () => {
    const filler = 'Lorem ipsum dolor sit amet, ünï 😀 consectetur.\n'.repeat(42_000);
    const prompt = `${filler}<<script\necho\nscript>>\n`;
    assert.ok(Buffer.byteLength(prompt) > 2 * 1024 * 1024);
    assert.equal(await fingerprintOf(provider, prompt), fingerprint(prompt));
  });
}
