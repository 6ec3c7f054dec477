import type { ScriptedError } from './script.ts';

/** The error body that both OpenAI protocols use. */
export function openaiError(error: ScriptedError): {
  error: { message: string; type: string; code: string | null };
} {
  const type =
    error.status >= 500 ? 'server_error' : error.status === 429 ? 'requests' : 'invalid_request_error';
  return { error: { message: error.message, type, code: error.code ?? null } };
}
