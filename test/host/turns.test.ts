import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { hostForFile } from './hostForFile.ts';
import { testPrompts } from './promptTests.ts';
import { requestsWith } from './sessions.ts';
import { atRest, endedTurns, historyOf, providers, resumeToEnd, script, spawnThread } from './turns.ts';

const host = hostForFile();

for (const provider of providers) {
  test(`${provider}: a spawn gives the scripted answer, and a resume goes on in the same session`, async () => {
    const { dock, client } = host();
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

// The drivers’ tests send such prompts to each provider; the long tests send them through a host to each.
testPrompts('codex', host);
