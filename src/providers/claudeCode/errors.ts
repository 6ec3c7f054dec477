import { DockError, type ErrorCode, type ToolError, toToolError } from '../../contracts/errors.ts';
import type { CliExit } from '../process/spawnCli.ts';
import type { ResultMessage, SystemMessage } from './messages.ts';

/** What is known about a turn that went wrong. */
export interface FailureFacts {
  readonly result: ResultMessage;
  /** Error class of the last assistant message, the CLI's own word. */
  readonly errorClass: string | undefined;
  /** When the usage limit ends, in seconds since 1970. */
  readonly resetsAt: number | undefined;
}

const signInHint = 'Run `claude` in a terminal and sign in with /login, or set ANTHROPIC_API_KEY.';
const renewHint = 'Run `claude` in a terminal and sign in again with /login, or replace the API key.';

/** Maps a failed result to a code. The CLI's error class decides; its text only where there is no class. */
export function resultError(facts: FailureFacts): ToolError {
  const { result, resetsAt } = facts;
  const code = codeOf(facts);
  const message =
    result.result || result.errors?.join(' ') || `Claude Code ended the turn with ${result.subtype}.`;
  const hint = code === 'rate_limited' && resetsAt !== undefined ? resetHint(resetsAt) : hints[code];
  return makeError(code, message, hint);
}

function codeOf({ result, errorClass }: FailureFacts): ErrorCode {
  const status = result.api_error_status ?? undefined;
  const text = `${result.result ?? ''} ${result.errors?.join(' ') ?? ''}`;
  if (result.terminal_reason === 'prompt_too_long') return 'context_full';
  if (result.stop_reason === 'refusal') return 'content_filtered';
  if (errorClass === 'authentication_failed') {
    if (status === undefined) return 'credential_missing';
    return status === 403 ? 'permission_denied' : 'credential_expired';
  }
  if (errorClass === 'rate_limit' || status === 429) return 'rate_limited';
  if (errorClass === 'billing_error' || status === 402) return 'quota_exceeded';
  if (errorClass === 'model_not_found') return 'model_not_found';
  if (/timed out/i.test(text)) return 'timeout';
  if (/empty or malformed/i.test(text)) return 'invalid_response';
  if (errorClass === 'server_error' || errorClass === 'overloaded') return 'upstream_unavailable';
  if (status !== undefined && status >= 500) return 'upstream_unavailable';
  if (/Overloaded|Unable to connect|Connection closed/i.test(text)) return 'upstream_unavailable';
  if (status === 413) return 'context_full';
  if (errorClass === 'invalid_request' || status === 400) return 'invalid_arguments';
  if (/max_turns|max_budget/.test(result.subtype)) return 'limit_reached';
  if (/No conversation found/.test(text)) return 'not_found';
  return 'unknown';
}

const hints: Partial<Record<ErrorCode, string>> = {
  credential_missing: signInHint,
  credential_expired: renewHint,
  permission_denied: 'The account may not use this model or endpoint.',
  quota_exceeded: 'Add credit to the account, or sign in with another one.',
  model_not_found: 'Name a model that this account has, such as `sonnet`, or leave the model out.',
  context_full: 'Start a new thread: the conversation no longer fits into the model.',
  not_found: 'The session is gone from Claude Code. Spawn a new thread.',
};

function resetHint(resetsAt: number): string {
  return `The usage limit ends at ${new Date(resetsAt * 1000).toISOString()}.`;
}

/** A failure that the CLI goes on with by itself. */
export function retryError({ error, error_status, attempt }: SystemMessage): ToolError {
  const code = retryCodes[error ?? ''] ?? (error_status === 429 ? 'rate_limited' : 'upstream_unavailable');
  const status = typeof error_status === 'number' ? ` (HTTP ${error_status})` : '';
  return makeError(
    code,
    `The model service failed${status}; attempt ${attempt ?? 1} is repeated.`,
    undefined,
  );
}

const retryCodes: Readonly<Record<string, ErrorCode>> = {
  authentication_failed: 'credential_expired',
  rate_limit: 'rate_limited',
};

/** Trying on is hopeless: the CLI would go on for minutes with its default of ten attempts. */
export function refusedCredential(): DockError {
  return new DockError('credential_expired', 'The model service refuses the credential of Claude Code.', {
    hint: renewHint,
  });
}

/** The process ended without having said how the turn ended. */
export function exitError({ code, signal }: CliExit, stderr: string): ToolError {
  const said = lastLine(stderr);
  if (/already in use/.test(stderr)) {
    return makeError(
      'conflict',
      said,
      'Another process works in this session: end it, then resume the thread.',
    );
  }
  if (/unknown option|unknown command/i.test(stderr)) {
    return makeError(
      'version_mismatch',
      said,
      'Update Claude Code: this version lacks an option AgentDock needs.',
    );
  }
  if (/No conversation found/.test(stderr)) return makeError('not_found', said, hints.not_found);
  const how = signal === undefined ? `with exit code ${code ?? 'none'}` : `by ${signal}`;
  const message = `Claude Code ended ${how} before the turn was complete.${said === '' ? '' : ` It said: ${said}`}`;
  return makeError('upstream_unavailable', message, 'Resume the thread: its session goes on.');
}

export function missingBinary(): DockError {
  return new DockError('provider_missing', 'Claude Code was not found on this machine.', {
    hint: 'Install it (`npm install -g @anthropic-ai/claude-code`), or set the path in the setting or in AGENTDOCK_CLAUDE_BIN.',
  });
}

export function brokenBinary(file: string, cause: Error | undefined): DockError {
  return new DockError(
    'provider_missing',
    `Could not start ${file}: ${cause?.message ?? 'no reason given'}.`,
    {
      hint: 'Install Claude Code again, or correct its path in the setting or in AGENTDOCK_CLAUDE_BIN.',
      cause,
    },
  );
}

export function missingFolder(folder: string): DockError {
  return new DockError('not_found', `The working folder ${folder} is gone.`, {
    hint: 'Create it again, or spawn a thread in another folder.',
  });
}

function makeError(code: ErrorCode, message: string, hint: string | undefined): ToolError {
  return toToolError(new DockError(code, message, hint === undefined ? {} : { hint }));
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim().slice(0, 500) ?? '';
}
