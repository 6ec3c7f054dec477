import * as z from 'zod';

/** The provider contract's codes first, then those of the tool contract. */
export const errorCodes = [
  'credential_missing',
  'credential_expired',
  'permission_denied',
  'timeout',
  'upstream_unavailable',
  'invalid_response',
  'not_implemented',
  'unknown',
  'rate_limited',
  'quota_exceeded',
  'context_full',
  'content_filtered',
  'model_not_found',
  'provider_missing',
  'tools_unavailable',
  'invalid_arguments',
  'not_found',
  'conflict',
  'limit_reached',
  'cancelled',
  'unauthorized',
  'storage_unavailable',
  'version_mismatch',
] as const;

export const toolErrorSchema = z.object({
  /** A code that only a newer version knows reads as `unknown`; the message still says what is wrong. */
  code: z.enum(errorCodes).catch('unknown'),
  message: z.string(),
  /** True when the same call may succeed later without a change. */
  retryable: z.boolean(),
  /** The next step, for the person or the model. */
  hint: z.string().optional(),
});

export type ErrorCode = (typeof errorCodes)[number];
export type ToolError = z.infer<typeof toolErrorSchema>;

const retryableCodes: ReadonlySet<ErrorCode> = new Set([
  'timeout',
  'upstream_unavailable',
  'invalid_response',
  'rate_limited',
  'storage_unavailable',
]);

export interface DockErrorOptions {
  readonly hint?: string;
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** The only error that crosses a boundary of AgentDock: a code from the contract and a message one can act on. */
export class DockError extends Error {
  override readonly name = 'DockError';
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: DockErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? retryableCodes.has(code);
    this.hint = options.hint;
  }
}

/** The form of an error on the wire; an error that is not ours becomes `unknown` with its message. */
export function toToolError(error: unknown): ToolError {
  if (error instanceof DockError) {
    const { code, message, retryable, hint } = error;
    return hint === undefined ? { code, message, retryable } : { code, message, retryable, hint };
  }
  return {
    code: 'unknown',
    message: error instanceof Error ? error.message : String(error),
    retryable: false,
  };
}

export function fromToolError(error: ToolError): DockError {
  return new DockError(error.code, error.message, {
    retryable: error.retryable,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}
