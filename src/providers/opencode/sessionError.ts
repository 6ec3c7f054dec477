import * as z from 'zod';
import { DockError, type ErrorCode } from '../../contracts/errors.ts';

/** The error of a session or a message, as OpenCode names it. */
export const sessionErrorSchema = z.looseObject({
  name: z.string(),
  data: z
    .looseObject({
      message: z.string().optional(),
      statusCode: z.number().optional(),
      isRetryable: z.boolean().optional(),
      metadata: z.looseObject({ code: z.string().optional() }).optional(),
      responseBody: z.string().optional(),
    })
    .optional(),
});
export type SessionError = z.infer<typeof sessionErrorSchema>;

export const abortedName = 'MessageAbortedError';
/** OpenCode compacts the session and goes on by itself; only if that fails, the message keeps the error. */
export const overflowName = 'ContextOverflowError';

const byName: Readonly<Record<string, ErrorCode>> = {
  ProviderAuthError: 'credential_missing',
  [overflowName]: 'context_full',
  ContentFilterError: 'content_filtered',
  MessageOutputLengthError: 'limit_reached',
  StructuredOutputError: 'invalid_response',
  [abortedName]: 'cancelled',
};

const byMetadata: Readonly<Record<string, ErrorCode>> = {
  ProviderHeaderTimeoutError: 'timeout',
  ProviderResponseStreamError: 'timeout',
};

const byStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'credential_expired',
  402: 'quota_exceeded',
  403: 'permission_denied',
  404: 'model_not_found',
  408: 'timeout',
  413: 'context_full',
  429: 'rate_limited',
  504: 'timeout',
};

/** In the body of a 429 that does not pass by waiting a moment. */
const exhausted = /insufficient_quota|FreeUsageLimitError|GoUsageLimitError/;

const hints: Partial<Record<ErrorCode, string>> = {
  credential_missing: 'Sign in with `opencode auth login`, or set the key your OpenCode config names.',
  credential_expired: 'Sign in again with `opencode auth login`, or replace the key.',
  permission_denied: 'The account may not use this model.',
  quota_exceeded: 'Check the plan and billing of the account, or wait for the limit to reset.',
  model_not_found: 'Choose another model: `opencode models` lists them.',
  context_full: 'Start a new thread, or use a model with a larger context window.',
};

export function classifySessionError(error: SessionError): DockError {
  const code = codeOf(error);
  const message = error.data?.message || error.name;
  const hint = hints[code];
  return new DockError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(code === 'unknown' && error.data?.isRetryable ? { retryable: true } : {}),
  });
}

function codeOf({ name, data }: SessionError): ErrorCode {
  const named = byName[name];
  if (named !== undefined) return named;
  const fromMetadata = byMetadata[data?.metadata?.code ?? ''];
  if (fromMetadata !== undefined) return fromMetadata;
  if (name === 'APIError') return codeOfApi(data);
  // The two below have no name or field of their own: the text is all there is.
  const message = data?.message ?? '';
  if (message.startsWith('JSON parsing failed')) return 'invalid_response';
  return /Model not found: /.test(message) ? 'model_not_found' : 'unknown';
}

function codeOfApi(data: SessionError['data']): ErrorCode {
  const status = data?.statusCode;
  // Without a status the request did not get through.
  if (status === undefined) return data?.isRetryable === false ? 'unknown' : 'upstream_unavailable';
  if (status === 429 && exhausted.test(data?.responseBody ?? '')) return 'quota_exceeded';
  const code = byStatus[status];
  if (code !== undefined) return code;
  return status >= 500 ? 'upstream_unavailable' : 'invalid_arguments';
}
