import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { suite, suiteSetup, test } from 'mocha';
import * as vscode from 'vscode';
import * as z from 'zod';
import { toolErrorSchema } from '../../src/contracts/errors.ts';
import { toolSchemas } from '../../src/contracts/tools.ts';
import { outsideTools } from '../../src/core/outsideTools.ts';
import { languageModelToolName } from '../../src/languageModel/toolName.ts';
import { waitFor } from '../support/waitFor.ts';

// VS Code says yes to its own questions while a suite runs: what is refused here is refused by the host.

const names = outsideTools.map(({ name }) => languageModelToolName(name)).sort();
const failure = z.object({ error: toolErrorSchema });

suite('VS Code’s own agent as master', () => {
  let folder: vscode.WorkspaceFolder;

  suiteSetup(async () => {
    const [first] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(first);
    folder = first;
    await vscode.extensions.getExtension('agentdock.agentdock')?.activate();
  });

  /** What the model would read. */
  async function textOf(name: string, input: object, token?: vscode.CancellationToken): Promise<string> {
    const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined }, token);
    const [part] = content;
    assert.ok(part instanceof vscode.LanguageModelTextPart);
    assert.equal(content.length, 1);
    return part.value;
  }

  async function ask<Name extends (typeof outsideTools)[number]['name']>(name: Name, input: object) {
    const text = await textOf(languageModelToolName(name), input);
    return toolSchemas[name].output.parse(JSON.parse(text)) as z.output<(typeof toolSchemas)[Name]['output']>;
  }

  async function refusal(name: (typeof outsideTools)[number]['name'], input: object) {
    return failure.parse(JSON.parse(await textOf(languageModelToolName(name), input))).error;
  }

  async function ended(thread: string): Promise<void> {
    for (;;) {
      const { still_running } = await ask('wait_threads', { thread_ids: [thread], until: 'all' });
      if (still_running.length === 0) return;
    }
  }

  const ours = () => vscode.lm.tools.map(({ name }) => name).filter(name => name.startsWith('agentdock_'));

  test('its model is offered the tools of a master from outside', async () => {
    await waitFor('the tools', () => ours().length > 0);
    assert.deepEqual(ours().sort(), names);
    const spawn = vscode.lm.tools.find(({ name }) => name === 'agentdock_spawn_thread');
    assert.equal(spawn?.description, outsideTools[0].description);
  });

  test('it starts a worker on a real agent, waits for it, and reads its result', async () => {
    const { thread_id } = await ask('spawn_thread', {
      task_name: 'by the agent',
      provider: 'claude_code',
      prompt: 'Greet.\n<<script\nsay Hello from the worker.\nscript>>',
      workspace_folder: folder.name,
    });
    await ended(thread_id);
    const { result } = await ask('read_thread', { thread_id, view: 'result' });
    assert.equal(result, 'Hello from the worker.');
    const { thread } = await ask('get_thread', { thread_id });
    assert.equal(thread.state, 'completed');
    assert.equal(thread.permission_mode, 'ask');
    assert.equal(thread.parent_id, undefined);
  });

  test('it gets no full access, starts no program and no master', async () => {
    const task = { task_name: 'too much', provider: 'claude_code', prompt: 'go' };
    for (const more of [{ permission_mode: 'full' }, { provider: 'command' }, { role: 'master' }]) {
      const { code, message } = await refusal('spawn_thread', { ...task, ...more });
      assert.equal(code, 'permission_denied');
      assert.match(message, /VS Code’s own agent asks/);
    }
    const { threads } = await ask('list_threads', {});
    assert.equal(
      threads.some(({ task_name }) => task_name === 'too much'),
      false,
    );
  });

  test('it cannot give a permission: that stays the person’s', async () => {
    const { thread_id } = await ask('spawn_thread', {
      task_name: 'wants more',
      provider: 'opencode',
      prompt: 'Set up.\n<<script\nshell touch set-up-ran\nsay Done.\nscript>>',
      permission_mode: 'ask',
    });
    const waited = await ask('wait_threads', { thread_ids: [thread_id] });
    const request = waited.waiting[0]?.requests[0];
    assert.ok(request, JSON.stringify(waited));
    assert.equal(request.kind, 'permission');
    for (const decision of ['allow', 'allow_thread']) {
      const refused = await refusal('answer_thread', { thread_id, request_id: request.request_id, decision });
      assert.equal(refused.code, 'permission_denied');
    }
    await ask('cancel_thread', { thread_id });
    assert.equal(existsSync(join(folder.uri.fsPath, 'set-up-ran')), false);
  });

  test('it answers a worker’s question, writes to it and gives it its next prompt', async () => {
    const { providers } = await ask('list_providers', {});
    assert.equal(providers.find(({ provider }) => provider === 'claude_code')?.status, 'healthy');
    const { thread_id } = await ask('spawn_thread', {
      task_name: 'asks back',
      provider: 'claude_code',
      prompt: 'Ask.\n<<script\nmcp agentdock ask {"question":"Which one?"}\nsay I wait.\nscript>>',
    });
    const turnEnds = (number: number) =>
      waitFor(`the end of turn ${number}`, async () => {
        const { thread } = await ask('get_thread', { thread_id });
        return thread.state === 'completed' && thread.turns_ended === number;
      });
    // While its turn runs the answer would still come into that.
    const request = await waitFor('the question', async () => {
      const { thread } = await ask('get_thread', { thread_id });
      return thread.state === 'waiting_input' ? thread.requests[0] : undefined;
    });
    assert.equal(request.kind, 'question');
    const answer = { thread_id, request_id: request.request_id, answers: ['The red one.'] };
    assert.equal((await ask('answer_thread', answer)).request_id, request.request_id);
    await turnEnds(2);
    const sent = await ask('send_message', { thread_id, text: 'And the blue one.' });
    assert.equal(sent.repeated, false);
    await turnEnds(3);
    await ask('resume_thread', {
      thread_id,
      additional_prompt: 'Go on.\n<<script\nsay Both, then.\nscript>>',
    });
    await turnEnds(4);
    const { result } = await ask('read_thread', { thread_id, view: 'result' });
    assert.equal(result, 'Both, then.');
    const { events } = await ask('read_thread', { thread_id, view: 'transcript' });
    const prompts = JSON.stringify(events.filter(({ type }) => type === 'prompt'));
    assert.match(prompts, /The red one\..*And the blue one\./);
  });

  test('errors reach its model as text, with their code', async () => {
    assert.equal((await refusal('get_thread', { thread_id: 'thread-nobody-knows' })).code, 'not_found');
    assert.equal((await refusal('get_thread', { thread_id: '../../etc' })).code, 'invalid_arguments');
    const elsewhere = await refusal('list_threads', { workspace_folder: 'elsewhere' });
    assert.equal(elsewhere.code, 'not_found');
    assert.match(elsewhere.hint ?? '', new RegExp(folder.name));
  });

  test('what it takes back ends', async () => {
    const { thread_id } = await ask('spawn_thread', {
      task_name: 'takes long',
      provider: 'claude_code',
      prompt: 'Wait.\n<<script\nsilence\nscript>>',
    });
    const source = new vscode.CancellationTokenSource();
    const waiting = textOf('agentdock_wait_threads', { thread_ids: [thread_id] }, source.token);
    source.cancel();
    await assert.rejects(waiting);
    await ask('cancel_thread', { thread_id });
  });

  test('where the person wants that, it finds the same behind an MCP server', async () => {
    const configuration = vscode.workspace.getConfiguration('agentdock');
    await configuration.update('offerMcpServer', true, vscode.ConfigurationTarget.Global);
    try {
      // VS Code hears of the server a moment after the setting, and starts those it knows of.
      const listing = await waitFor('the tools of the server', async () => {
        await vscode.commands.executeCommand('workbench.mcp.startServer', '*', { waitForLiveTools: true });
        return vscode.lm.tools.find(({ name }) => /^mcp_.*list_threads$/.test(name));
      });
      assert.match(await textOf(listing.name, {}), /"task_name":"by the agent"/);
      const spawning = vscode.lm.tools.find(({ name }) => /^mcp_.*spawn_thread$/.test(name));
      const full = { task_name: 'too much', provider: 'claude_code', prompt: 'go', permission_mode: 'full' };
      assert.match(await textOf(spawning?.name ?? '', full), /permission_denied/);
    } finally {
      await configuration.update('offerMcpServer', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});
