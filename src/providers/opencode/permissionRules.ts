import path from 'node:path';
import type { PermissionMode } from '../../contracts/thread.ts';
import type { Agents, Place, Rule } from './responses.ts';
import { toolPrefix } from './toolServer.ts';

/** What each mode really does, for a person. */
export const permissionModes: Readonly<Record<PermissionMode, string>> = {
  read_only:
    'Reads and searches inside the workspace; editing tools, the shell and tools of MCP servers are refused, the web and files outside ask.',
  ask: 'Reads inside the workspace; every edit, every shell command, the web, tools of MCP servers and files outside ask.',
  edit: 'Edits files of the workspace without asking; every shell command, the web, tools of MCP servers and files outside ask.',
  full: 'Every request is allowed, except into .agentdock/state with the file tools.',
};

export interface RuleOptions {
  readonly mode: PermissionMode;
  readonly workspace: string;
  readonly place: Place;
  /** All agents OpenCode knows there, the default one first. */
  readonly agents: Agents;
  /** Name of the thread's own tool server; absent where it has none. */
  readonly toolServer: string | undefined;
}

/** Tools that only read what is in the workspace, or keep notes for the agent itself. */
const readingTools = ['glob', 'grep', 'list', 'lsp', 'skill', 'todoread', 'todowrite', 'task'];
/** Tools of MCP servers are named `<server>_<tool>`. */
const mcpTools = '*_*';
/** Tools that make a change. `edit` stands for `write` and `apply_patch` too. */
const changingTools = ['bash', 'edit'];

/**
 * The rules of a session. The last rule that matches counts. A sub-agent's session inherits only rules that deny and
 * those on `external_directory`; what it should ask for comes from the server's config, see serverConfig.ts.
 */
export function sessionRules(options: RuleOptions): Rule[] {
  const { mode } = options;
  const always = [...dialogs, ...protectedFolder(mode), ...ownTools(options)];
  if (mode === 'full') return [rule('*', '*', 'allow'), rule('external_directory', '*', 'allow'), ...always];
  return [
    ...groundRules(mode),
    ...readingTools.map(tool => rule(tool, '*', 'allow')),
    ...reading,
    ...outside(options),
    ...(mode === 'edit' ? freeEdits(options) : []),
    ...unaskedSubAgents(options),
    ...always,
  ];
}

function groundRules(mode: PermissionMode): Rule[] {
  const ask = rule('*', '*', 'ask');
  if (mode === 'read_only')
    return [ask, ...[...changingTools, mcpTools].map(tool => rule(tool, '*', 'deny'))];
  // The first is for sub-agents: for this session itself the second takes its place.
  return [rule(mcpTools, '*', 'deny'), ask];
}

/** Files with credentials ask, as they do in OpenCode's own defaults. */
const reading: readonly Rule[] = [
  rule('read', '*', 'allow'),
  rule('read', '*.env', 'ask'),
  rule('read', '*.env.*', 'ask'),
  rule('read', '*.env.example', 'allow'),
];

/** The person is asked in AgentDock; nobody sits in front of OpenCode's other dialogs. */
const dialogs: readonly Rule[] = [
  rule('question', '*', 'allow'),
  rule('plan_enter', '*', 'deny'),
  rule('plan_exit', '*', 'deny'),
];

/**
 * All threads of a folder share the servers of all: each sees its own tools only, and those never ask. What is denied
 * is not offered, and sub-agents inherit the denial alone.
 */
function ownTools({ toolServer }: RuleOptions): Rule[] {
  const own = toolServer === undefined ? [] : [rule(`${toolServer}_*`, '*', 'allow')];
  return [rule(`${toolPrefix}*`, '*', 'deny'), ...own];
}

/** Paths of edits are relative to the worktree, and begin with `../` outside of it. */
function freeEdits({ workspace, place }: RuleOptions): Rule[] {
  const inside = path.relative(place.worktree, workspace).replaceAll('\\', '/');
  if (inside !== '' && !inside.startsWith('..')) return [rule('edit', `${inside}/*`, 'allow')];
  const worktree = [rule('edit', '*', 'allow'), rule('edit', '../*', 'ask')];
  return inside === ''
    ? worktree
    : [...worktree, rule('edit', `${inside}/*`, 'allow'), rule('edit', `${inside}/../*`, 'ask')];
}

/** OpenCode's own folders and those the person allowed, and the whole workspace, are not outside. */
function outside({ workspace, agents }: RuleOptions): Rule[] {
  const known = (agents[0]?.permission ?? []).filter(
    ({ permission, pattern, action }) =>
      permission === 'external_directory' && pattern !== '*' && action === 'allow',
  );
  const own = rule('external_directory', `${workspace.replaceAll('\\', '/')}/*`, 'allow');
  return [rule('external_directory', '*', 'ask'), rule('doom_loop', '*', 'ask'), ...known, own];
}

/** Sub-agents whose own definition lets them change things without asking. */
function unaskedSubAgents({ mode, agents }: RuleOptions): Rule[] {
  if (mode === 'read_only') return [];
  return agents
    .filter(
      ({ mode: kind, permission }) =>
        kind !== 'primary' && changingTools.some(tool => actionOf(permission, tool) === 'allow'),
    )
    .map(({ name }) => rule('task', name, 'deny'));
}

function protectedFolder(mode: PermissionMode): Rule[] {
  const state = [rule('read', '*.agentdock/state/*', 'deny'), rule('edit', '*.agentdock/state/*', 'deny')];
  if (mode === 'full') return state;
  const requests = mode === 'read_only' ? [] : [rule('edit', '*.agentdock/requests/*', 'allow')];
  return [rule('edit', '*.agentdock/*', 'deny'), ...requests, ...state];
}

/** What an agent may do with a tool where no pattern says otherwise. */
function actionOf(rules: readonly Rule[], tool: string): Rule['action'] {
  const found = rules.findLast(
    ({ permission, pattern }) => pattern === '*' && (permission === tool || permission === '*'),
  );
  return found?.action ?? 'ask';
}

export function sameRules(left: readonly Rule[], right: readonly Rule[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ permission, pattern, action }, index) => {
      const other = right[index];
      return other?.permission === permission && other.pattern === pattern && other.action === action;
    })
  );
}

function rule(permission: string, pattern: string, action: Rule['action']): Rule {
  return { permission, pattern, action };
}
