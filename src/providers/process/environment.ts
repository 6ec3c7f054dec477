import { isMark } from '../../core/agentMarks.ts';
import { userNodeOptions } from '../../core/userNodeOptions.ts';

/** Belong to an enclosing session or editor without proving an agent. Logins, homes, keys and base URLs stay. */
const sessionOnly = /^(CLAUDE_CODE_ENTRYPOINT|CLAUDE_CODE_SSE_PORT|CODEX_MANAGED_.*|VSCODE_.*|ELECTRON_.*)$/;

/** The person's environment without what an enclosing agent session or VS Code put there for itself. */
export function userEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || isMark(name, value) || sessionOnly.test(name.toUpperCase())) continue;
    const own = name.toUpperCase() === userNodeOptions ? 'NODE_OPTIONS' : name;
    const cleaned = withoutEditor(own.toUpperCase(), value);
    if (cleaned !== undefined) kept[own] = cleaned;
  }
  return kept;
}

/** VS Code's helpers only work together with the `VSCODE_*` variables, which are gone. */
function withoutEditor(name: string, value: string): string | undefined {
  if (name === 'GIT_ASKPASS' || name === 'SSH_ASKPASS') {
    return /[\\/]extensions[\\/]git[\\/]/.test(value) ? undefined : value;
  }
  if (name !== 'NODE_OPTIONS') return value;
  const loader = /(?:--require|-r)[ =](?:"[^"]*(?:vscode|js-debug)[^"]*"|\S*(?:vscode|js-debug)\S*)/gi;
  const rest = value.replace(loader, '').replace(/\s+/g, ' ').trim();
  return rest === '' ? undefined : rest;
}
