import type { PermissionMode } from '../../contracts/thread.ts';
import { toolServerName } from '../../contracts/toolEndpoint.ts';
import { readOnlyReason } from '../readOnlyReason.ts';
import { toolPrefix } from './toolPrefix.ts';

/** What each mode really does, for a person. */
export const permissionModes: Readonly<Record<PermissionMode, string>> = {
  read_only:
    'Claude Code has no editing tools; commands that it deems read-only run, everything else is refused, also where your own settings allow it.',
  ask: 'Reading and read-only commands go without asking, and what your own Claude Code settings allow; edits and all else ask.',
  edit: 'Edits and plain file commands inside the workspace go without asking; other commands, the network and files outside ask.',
  full: 'Everything is allowed, except what your own Claude Code settings deny and, for its file tools, changes to .agentdock/ outside requests/.',
};

/** The CLI's own mode below ours; what it asks then, `decideAlone` or the host answers. */
export function cliPermissionMode(mode: PermissionMode): string {
  return mode === 'edit' || mode === 'full' ? 'acceptEdits' : 'default';
}

/**
 * Promise things for later that end with the process, move the session to a folder of its own, or switch to a mode
 * other than the one that the person gave the thread and is shown.
 */
const unfitTools = [
  'CronCreate',
  'CronDelete',
  'CronList',
  'ScheduleWakeup',
  'EnterWorktree',
  'ExitWorktree',
  'EnterPlanMode',
  'ExitPlanMode',
];
const editTools = ['Edit', 'Write', 'NotebookEdit'];

export function disallowedTools(mode: PermissionMode): readonly string[] {
  return mode === 'read_only' ? [...unfitTools, ...editTools] : unfitTools;
}

export type OwnDecision = { readonly allow: true } | { readonly allow: false; readonly reason: string };

/** What the mode itself answers; undefined where the host must be asked. A question is never a permission. */
export function decideAlone(mode: PermissionMode, tool: string): OwnDecision | undefined {
  if (tool === 'AskUserQuestion') return undefined;
  // Asked for only where a rule of the person's says so: what our tools may do AgentDock decides itself.
  if (mode === 'full' || tool.startsWith(toolPrefix)) return { allow: true };
  if (mode !== 'read_only') return undefined;
  return { allow: false, reason: readOnlyReason };
}

/** Whether a rule is about our tools as a whole. */
export function deniesAllTools(rule: string): boolean {
  if (rule.endsWith('*')) return toolPrefix.startsWith(rule.slice(0, -1));
  return rule === `mcp__${toolServerName}`;
}

/** Files of `.agentdock/` that agents read and do not write. */
const readOnlyEntries = ['.gitignore', 'agent.md', 'soul.md', 'config.json', 'skills/**'];

export interface RuleOptions {
  readonly workspace: string;
  readonly mode: PermissionMode;
  /** The allow rules of the person's settings. */
  readonly userAllows: readonly string[];
}

/** For `--settings`: the rules of `.agentdock/`, and the whole workspace as the place of work. */
export function permissionSettings({ workspace, mode, userAllows }: RuleOptions): object {
  const inside = (entry: string): string => rulePath(`${workspace}/.agentdock/${entry}`);
  return {
    permissions: {
      deny: [
        `Read(${inside('state/**')})`,
        `Edit(${inside('state/**')})`,
        ...readOnlyEntries.map(entry => `Edit(${inside(entry)})`),
      ],
      // A reading thread may not drop requests either, which the CLI would let a redirect of its shell do. A rule that asks
      // goes before one that allows: so nothing the person allowed widens it.
      ...(mode === 'read_only' ? { ask: userAllows } : { allow: [`Edit(${inside('requests/**')})`] }),
      additionalDirectories: [workspace],
    },
  };
}

/**
 * An absolute path in the form of a rule: two slashes, `/` between names. Characters that mean something in a rule
 * become `?`, which stands for any one character.
 */
export function rulePath(file: string): string {
  const drive = /^([A-Za-z]):[\\/]/.exec(file);
  const path = drive ? `/${drive[1]?.toLowerCase()}/${file.slice(3).replaceAll('\\', '/')}` : file;
  const [rest, wildcard] = path.endsWith('/**') ? [path.slice(0, -3), '/**'] : [path, ''];
  return `/${rest.replace(/[()[\]*!\\]/g, '?')}${wildcard}`;
}
