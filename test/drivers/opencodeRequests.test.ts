import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersFor } from '../../src/providers/opencode/askQuestion.ts';
import { describeRequest } from '../../src/providers/opencode/describeRequest.ts';

const base = { id: 'per_1', sessionID: 'ses_1', patterns: ['*'] };
const where = { mode: 'ask', workspace: '/w', place: { directory: '/w', worktree: '/w' } } as const;

test('opencode: a command is allowed for the thread in its own words and folder', () => {
  const asked = {
    ...base,
    permission: 'bash',
    patterns: ['a *', 'b *'],
    metadata: { command: 'a 1 && b 2' },
  };
  assert.deepEqual(describeRequest(asked, where, { workdir: '' }), {
    tool: 'bash',
    detail: 'a 1 && b 2',
    rule: { tool: 'bash', subject: 'a 1 && b 2' },
  });
  assert.equal(describeRequest(asked, where, { workdir: '/w/sub' }).rule?.subject, 'a 1 && b 2\n(in /w/sub)');
  const unknown = describeRequest({ ...asked, metadata: {} }, where, undefined);
  assert.deepEqual(unknown, { tool: 'bash', detail: 'a *\nb *' });
});

test('opencode: edits inside the workspace are allowed together, one outside or of .agentdock by itself', () => {
  const edit = (file: string) =>
    describeRequest(
      { ...base, permission: 'edit', patterns: [file], metadata: { filepath: `/w/${file}`, diff: '+x' } },
      where,
      undefined,
    );
  assert.deepEqual(edit('src/a.ts'), {
    tool: 'edit',
    title: 'src/a.ts',
    detail: '/w/src/a.ts',
    diff: '+x',
    rule: { tool: 'edit' },
  });
  assert.deepEqual(edit('../b.ts').rule, { tool: 'edit', subject: '/w/../b.ts' });
  assert.deepEqual(edit('.agentdock/agent.md').rule, { tool: 'edit', subject: '/w/.agentdock/agent.md' });
});

test('opencode: a tool of an MCP server is shown and allowed with its arguments', () => {
  const asked = { ...base, permission: 'gh_issue' };
  assert.deepEqual(describeRequest(asked, where, { title: 'x' }), {
    tool: 'gh_issue',
    title: 'gh_issue {"title":"x"}',
    detail: '{"title":"x"}',
    rule: { tool: 'gh_issue', subject: '{"title":"x"}' },
  });
  assert.deepEqual(describeRequest(asked, where, undefined), { tool: 'gh_issue', detail: 'gh_issue' });
});

test('opencode: other requests are told by what they name; the same call again is never allowed for good', () => {
  const told = (permission: string, patterns: string[], metadata = {}) =>
    describeRequest({ ...base, permission, patterns, metadata }, where, { url: 'x' });
  assert.deepEqual(told('webfetch', ['http://x']).rule, { tool: 'webfetch', subject: 'http://x' });
  assert.deepEqual(told('external_directory', ['/etc/*'], { filepath: '/etc/hosts' }), {
    tool: 'external_directory',
    detail: '/etc/hosts\n(outside the workspace: /etc/*)',
    rule: { tool: 'external_directory', subject: '/etc/*' },
  });
  assert.deepEqual(told('doom_loop', ['bash'], { tool: 'bash', input: { command: 'ls' } }), {
    tool: 'doom_loop',
    detail: 'The same call again and again: bash {"command":"ls"}',
  });
});

test('opencode: answers become the chosen options and the person’s own words', () => {
  const options = [{ label: 'Home' }, { label: 'Help me' }];
  const answers = (multiple: boolean, answer: string | undefined) =>
    answersFor(
      { id: 'que_1', sessionID: 'ses_1', questions: [{ question: 'Which?', options, multiple }] },
      { answers: answer === undefined ? [] : [answer] },
    )[0];
  assert.deepEqual(answers(false, 'Two\nlines'), ['Two\nlines']);
  assert.deepEqual(answers(true, 'Help me\nHome'), ['Help me', 'Home']);
  assert.deepEqual(answers(true, 'Home\nand one\nmore'), ['Home', 'and one\nmore']);
  assert.deepEqual([answers(true, ' '), answers(false, undefined)], [[], []]);
});
