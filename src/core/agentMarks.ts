/** Set in every process of one thread. */
export const threadMark = 'AGENTDOCK_THREAD';
/** Set in a server that works for many threads of one host. */
export const hostMark = 'AGENTDOCK_HOST';
/** Set in all that the hosts of one user and folder start, always to the same: how a host finds what a dead one left. */
export const folderMark = 'AGENTDOCK_FOLDER';

const ownMarks: ReadonlySet<string> = new Set([threadMark, hostMark, folderMark]);

/** Set by an agent for what it starts; nobody else sets them. */
const marks: ReadonlySet<string> = new Set([
  ...ownMarks,
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

/** Names of the marks an agent left: empty for the person. */
export function agentMarks(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && isMark(name, value) ? [name] : [],
  );
}

/** Whether a mark says that a host of ours, not only some agent, stands behind the process. */
export function isOwnMark(name: string): boolean {
  return ownMarks.has(name.toUpperCase());
}

/** Names are upper-cased since Windows does not tell cases apart. */
export function isMark(name: string, value: string): boolean {
  const upper = name.toUpperCase();
  // OpenCode sets AGENT=1; other programs use the name for words of their own.
  return marks.has(upper) || (upper === 'AGENT' && value === '1');
}
