import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseModel } from '../../src/providers/opencode/chooseModel.ts';
import { decideAlone } from '../../src/providers/opencode/decidePermission.ts';
import { type RuleOptions, sessionRules } from '../../src/providers/opencode/permissionRules.ts';
import type { Catalog, Rule } from '../../src/providers/opencode/responses.ts';

/** OpenCode's own way to find the rule that counts. */
function actionFor(rules: readonly Rule[], permission: string, pattern: string): Rule['action'] | undefined {
  const matches = (text: string, wildcard: string): boolean =>
    new RegExp(
      `^${wildcard
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replace(/\*/g, '.*')
        .replace(/\?/g, '.')}$`,
      's',
    ).test(text);
  return rules.findLast(rule => matches(permission, rule.permission) && matches(pattern, rule.pattern))
    ?.action;
}

const build = {
  name: 'build',
  mode: 'primary',
  permission: [{ permission: 'external_directory', pattern: '/data/tool-output/*', action: 'allow' }],
} as const;
const options: RuleOptions = {
  mode: 'ask',
  workspace: '/w',
  place: { directory: '/w', worktree: '/w' },
  agents: [{ ...build, permission: [...build.permission] }],
  toolServer: 'agentdock_mine',
};

test('opencode: rules of each mode', () => {
  const rows = (['read_only', 'ask', 'edit', 'full'] as const).map(mode => {
    const rules = sessionRules({ ...options, mode });
    const ask = (permission: string, pattern: string) => actionFor(rules, permission, pattern);
    return [
      mode,
      ask('read', 'src/a.ts'),
      ask('read', '.env'),
      ask('read', '.agentdock/state/journal/1.jsonl'),
      ask('edit', 'src/a.ts'),
      ask('edit', '../b.ts'),
      ask('edit', '.agentdock/agent.md'),
      ask('edit', '.agentdock/requests/a.json'),
      ask('bash', 'rm x'),
      ask('github_create_issue', '*'),
      ask('webfetch', 'http://x'),
      ask('external_directory', '/etc/*'),
      ask('external_directory', '/data/tool-output/*'),
      ask('external_directory', '/w/other/*'),
      ask('question', '*'),
      ask('plan_enter', '*'),
      ask('agentdock_mine_report', '*'),
      ask('agentdock_other_report', '*'),
    ].join(' ');
  });
  assert.deepEqual(rows, [
    'read_only allow ask deny deny deny deny deny deny deny ask ask allow allow allow deny allow deny',
    'ask allow ask deny ask ask deny allow ask ask ask ask allow allow allow deny allow deny',
    'edit allow ask deny allow ask deny allow ask ask ask ask allow allow allow deny allow deny',
    'full allow allow deny allow allow allow allow allow allow allow allow allow allow allow deny allow deny',
  ]);
});

test('opencode: what a sub-agent inherits denies tools of MCP servers, and not OpenCode’s own folders', () => {
  for (const mode of ['read_only', 'ask', 'edit'] as const) {
    const inherited = sessionRules({ ...options, mode }).filter(
      ({ permission, action }) => permission === 'external_directory' || action === 'deny',
    );
    assert.equal(actionFor(inherited, 'github_create_issue', '*'), 'deny');
    assert.equal(actionFor(inherited, 'agentdock_mine_report', '*'), 'deny');
    assert.equal(actionFor(inherited, 'external_directory', '/data/tool-output/*'), 'allow');
    assert.equal(actionFor(inherited, 'bash', 'ls'), mode === 'read_only' ? 'deny' : undefined);
  }
});

test('opencode: free edits follow the workspace, not the worktree', () => {
  const edits = (workspace: string, worktree: string, pattern: string) => {
    const place = { directory: workspace, worktree };
    return actionFor(sessionRules({ ...options, mode: 'edit', workspace, place }), 'edit', pattern);
  };
  assert.equal(edits('/repo/sub', '/repo', 'sub/a.ts'), 'allow');
  assert.equal(edits('/repo/sub', '/repo', 'other/a.ts'), 'ask');
  assert.equal(edits('/w', '/', 'w/a.ts'), 'allow');
  assert.equal(edits('/w', '/', 'etc/passwd'), 'ask');
  assert.equal(edits('/w', '/w/repo', 'a.ts'), 'allow');
  assert.equal(edits('/w', '/w/repo', '../b.ts'), 'allow');
  assert.equal(edits('/w', '/w/repo', '../../etc/passwd'), 'ask');
});

test('opencode: a sub-agent that the person lets change things unasked is not available to asking threads', () => {
  const bold = {
    name: 'bold',
    mode: 'subagent',
    permission: [{ permission: 'bash', pattern: '*', action: 'allow' as const }],
  };
  const shy = { ...bold, name: 'shy', permission: [{ ...bold.permission[0], action: 'ask' as const }] };
  const agents = [
    ...options.agents,
    bold,
    { ...shy, permission: [{ permission: '*', pattern: '*', action: 'ask' as const }] },
  ];
  const rules = sessionRules({ ...options, agents });
  assert.deepEqual([actionFor(rules, 'task', 'bold'), actionFor(rules, 'task', 'shy')], ['deny', 'allow']);
  assert.equal(actionFor(sessionRules({ ...options, mode: 'full', agents }), 'task', 'bold'), 'allow');
});

test('opencode: the mode answers by itself where it can', () => {
  const asked = (permission: string, patterns: string[]) => ({
    id: 'per_1',
    sessionID: 'ses_1',
    permission,
    patterns,
  });
  const place = { directory: '/w', worktree: '/w' };
  const answer = (mode: RuleOptions['mode'], permission: string, pattern: string) =>
    decideAlone(asked(permission, [pattern]), { mode, workspace: '/w', place })?.allow;
  assert.equal(answer('full', 'bash', 'rm -rf x'), true);
  assert.equal(answer('edit', 'edit', 'src/a.ts'), true);
  assert.equal(answer('edit', 'edit', '../a.ts'), undefined);
  assert.equal(answer('edit', 'edit', '.agentdock/agent.md'), undefined);
  assert.equal(answer('edit', 'bash', 'ls'), undefined);
  assert.equal(answer('ask', 'edit', 'src/a.ts'), undefined);
  assert.equal(answer('read_only', 'bash', 'ls'), false);
  assert.equal(answer('read_only', 'external_directory', '/etc/*'), undefined);
  assert.equal(answer('read_only', 'doom_loop', 'agentdock_mine_wait_threads'), true);
  assert.equal(answer('ask', 'doom_loop', 'bash'), undefined);
});

const catalog: Catalog = {
  providers: [
    { id: 'opencode', options: { apiKey: 'public' }, models: { 'big-pickle': {}, shared: {} } },
    { id: 'acme', options: {}, models: { 'large/v2': { variants: { high: {} } }, shared: {} } },
    { id: 'other', options: {}, models: { shared: {} } },
  ],
  default: { opencode: 'big-pickle', acme: 'large/v2', other: 'shared' },
};
const noWish = { requested: undefined, effort: undefined, earlier: undefined, configured: undefined };

test('opencode: the hosted free model is taken only when it is asked for', () => {
  const free = { ...catalog, providers: catalog.providers.slice(0, 1) };
  assert.deepEqual(chooseModel(noWish, catalog), { providerId: 'acme', modelId: 'large/v2' });
  assert.throws(() => chooseModel(noWish, free), { code: 'credential_missing' });
  const chosen = { providerId: 'opencode', modelId: 'big-pickle' };
  assert.throws(() => chooseModel({ ...noWish, earlier: chosen }, free), { code: 'credential_missing' });
  assert.deepEqual(chooseModel({ ...noWish, configured: 'opencode/big-pickle' }, free), chosen);
});

test('opencode: a wish goes before the session’s model, that before the config’s', () => {
  const earlier = { providerId: 'other', modelId: 'shared' };
  const wishes = { requested: 'acme/large/v2', effort: 'high', earlier, configured: 'acme/shared' };
  assert.deepEqual(chooseModel(wishes, catalog), {
    providerId: 'acme',
    modelId: 'large/v2',
    variant: 'high',
  });
  assert.deepEqual(chooseModel({ ...noWish, earlier, configured: 'acme/shared' }, catalog), earlier);
  const gone = { providerId: 'gone', modelId: 'x' };
  assert.deepEqual(chooseModel({ ...noWish, earlier: gone, configured: 'acme/shared' }, catalog), {
    providerId: 'acme',
    modelId: 'shared',
  });
  assert.throws(() => chooseModel({ ...noWish, requested: 'shared' }, catalog), {
    code: 'invalid_arguments',
  });
});
