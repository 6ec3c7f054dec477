import * as z from 'zod';
import { DockError, type ErrorCode } from '../../contracts/errors.ts';
import { RpcError } from './connection.ts';
import type { TurnError } from './notifications.ts';

const byInfo: Readonly<Record<string, ErrorCode>> = {
  contextWindowExceeded: 'context_full',
  sessionBudgetExceeded: 'quota_exceeded',
  usageLimitExceeded: 'quota_exceeded',
  rateLimitExceeded: 'rate_limited',
  flexUnavailable: 'upstream_unavailable',
  serverOverloaded: 'upstream_unavailable',
  policyCapacityUnavailable: 'upstream_unavailable',
  internalServerError: 'upstream_unavailable',
  modelNotFound: 'model_not_found',
  inferenceHookDenied: 'content_filtered',
  cyberPolicy: 'content_filtered',
  misalignmentPolicyViolation: 'content_filtered',
  tooManyDenials: 'permission_denied',
  unauthorized: 'credential_expired',
  badRequest: 'invalid_arguments',
};

const hints: Partial<Record<ErrorCode, string>> = {
  credential_missing:
    'Sign in with `codex login`, or set the environment variable that your Codex config names.',
  credential_expired: 'Sign in again with `codex login`, or replace the key.',
  permission_denied: 'The account may not use this model or endpoint.',
  model_not_found: 'Choose another model.',
  quota_exceeded: 'Check the plan and billing of the account, or wait for the limit to reset.',
  context_full: 'Start a new thread, or use a model with a larger context window.',
};

/** Codex has no code for these: only the text tells them apart. Order counts. */
const byMessage: readonly (readonly [RegExp, ErrorCode])[] = [
  [/^Missing environment variable/, 'credential_missing'],
  [/refresh token|log out and sign in again/i, 'credential_expired'],
  [/quota exceeded|usage limit/i, 'quota_exceeded'],
  [/rate limit/i, 'rate_limited'],
  [/reason: content_filter/, 'content_filtered'],
  [/idle timeout/i, 'timeout'],
  [/high demand|at capacity/i, 'upstream_unavailable'],
  [/^Incomplete response|stream closed before|error decoding response body/i, 'invalid_response'],
  [/connection failed|error sending request|stream disconnected/i, 'upstream_unavailable'],
  [/^\s*\{|^Invalid prompt/, 'invalid_arguments'],
];

const statusSchema = z.record(z.string(), z.looseObject({ httpStatusCode: z.number().nullish() }));

/** The error of a turn, or of a try that Codex repeats by itself. */
export function classifyTurnError(error: TurnError): DockError {
  const code = codeOf(error);
  const hint = hints[code];
  return new DockError(code, readable(error.message), hint === undefined ? {} : { hint });
}

function codeOf({ message, codexErrorInfo: info, additionalDetails }: TurnError): ErrorCode {
  const text = additionalDetails ? `${message}\n${additionalDetails}` : message;
  const named = typeof info === 'string' ? byInfo[info] : undefined;
  if (named !== undefined) return named;
  const fromText = byMessage.find(([pattern]) => pattern.test(text))?.[1];
  const fromStatus = codeOfStatus(httpStatus(info, text), fromText);
  return fromStatus ?? fromText ?? 'unknown';
}

const bodySchema = z.looseObject({ error: z.looseObject({ message: z.string() }) });

/** The answer to a bad request comes as the body it had. */
function readable(message: string): string {
  if (!message.trimStart().startsWith('{')) return message;
  try {
    return bodySchema.parse(JSON.parse(message)).error.message;
  } catch {
    return message;
  }
}

/** Newer versions name the status in the data, others only in the text. */
function httpStatus(info: unknown, text: string): number | undefined {
  const nested = statusSchema.safeParse(info);
  const status = nested.success ? Object.values(nested.data)[0]?.httpStatusCode : undefined;
  if (status !== undefined && status !== null) return status;
  const named = /(?:unexpected|last) status:? (\d{3})\b/.exec(text)?.[1];
  return named === undefined ? undefined : Number(named);
}

function codeOfStatus(status: number | undefined, fromText: ErrorCode | undefined): ErrorCode | undefined {
  if (status === undefined) return undefined;
  if (status === 401) return 'credential_expired';
  if (status === 402) return 'quota_exceeded';
  if (status === 403) return 'permission_denied';
  if (status === 404) return 'model_not_found';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 413) return 'context_full';
  if (status === 429) return fromText === 'quota_exceeded' ? fromText : 'rate_limited';
  if (status >= 500) return 'upstream_unavailable';
  return status >= 400 ? 'invalid_arguments' : undefined;
}

/** How a sentence about the settings begins; a path further on may have any name. */
const aboutConfig =
  /^(?:invalid|error loading|failed to \w+) (?:\w+ ){0,3}config(?:uration|\.toml)?(?![-/\w])|Model provider `[^`]+` not found/i;

/** What the server says when it cannot do a request at all. */
function classifyRpcError(error: RpcError): DockError {
  const { message, method } = error;
  const about = (code: ErrorCode, text: string, hint: string): DockError =>
    new DockError(code, text, { hint, cause: error });
  if (/no rollout found|invalid session id|thread not found/i.test(message)) {
    return about('not_found', `Codex does not have this session any more: ${message}`, 'Spawn a new thread.');
  }
  if (/already has an active writer/.test(message)) {
    return about('conflict', 'Another program has this Codex session open.', 'Close it there and try again.');
  }
  if (aboutConfig.test(message)) {
    return about('invalid_arguments', message, 'Correct the Codex config (config.toml).');
  }
  if (/unknown variant/.test(message)) {
    const text = `This version of Codex does not know \`${method}\`.`;
    return about('version_mismatch', text, 'Install the version AgentDock is tested with.');
  }
  if (/MCP servers failed to initialize/.test(message)) {
    return about('tools_unavailable', message, 'Look at the MCP servers in your Codex config.');
  }
  if (/maximum length|must not be empty/.test(message)) {
    return about('invalid_arguments', `Codex refused the text: ${message}`, 'Send a shorter text.');
  }
  return classifyTurnError({ message });
}

/** Any failure of this folder as the contract's error. */
export function toDockError(error: unknown): DockError {
  if (error instanceof DockError) return error;
  if (error instanceof RpcError) return classifyRpcError(error);
  const message = error instanceof Error ? error.message : String(error);
  return new DockError('unknown', message, { cause: error });
}
