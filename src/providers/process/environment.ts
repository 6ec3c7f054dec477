/** Set in every process of one thread. */
export const threadMark = 'AGENTDOCK_THREAD';
/** Set in a server that works for many threads of one host. */
export const hostMark = 'AGENTDOCK_HOST';

/** Set by an agent for what it starts; nobody else sets them. */
const marks: ReadonlySet<string> = new Set([
  threadMark,
  hostMark,
  'CLAUDECODE',
  'CLAUDE_CODE_SESSION_ID',
  'CLAUDE_CODE_CHILD_SESSION',
  'AI_AGENT',
  'CODEX_THREAD_ID',
  'CODEX_SESSION_ID',
  'CODEX_TOOL_CALL_ID',
  'CODEX_CI',
  'CODEX_SANDBOX',
  'CODEX_SANDBOX_NETWORK_DISABLED',
  'OPENCODE',
  'OPENCODE_PID',
]);

/** Belong to an enclosing session or editor without proving an agent. Logins, homes, keys and base URLs stay. */
const sessionOnly = /^(CLAUDE_CODE_ENTRYPOINT|CLAUDE_CODE_SSE_PORT|CODEX_MANAGED_.*|VSCODE_.*|ELECTRON_.*)$/;

/** The person's environment without what an enclosing agent session or VS Code put there for itself. */
export function userEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || isMark(name, value) || sessionOnly.test(name.toUpperCase())) continue;
    const cleaned = withoutEditor(name.toUpperCase(), value);
    if (cleaned !== undefined) kept[name] = cleaned;
  }
  return kept;
}

/** Names of the marks an agent left: empty for the person. */
export function agentMarks(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && isMark(name, value) ? [name] : [],
  );
}

/** Names are upper-cased since Windows does not tell cases apart. */
function isMark(name: string, value: string): boolean {
  const upper = name.toUpperCase();
  // OpenCode sets AGENT=1; other programs use the name for words of their own.
  return marks.has(upper) || (upper === 'AGENT' && value === '1');
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
