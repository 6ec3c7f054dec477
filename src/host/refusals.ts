import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node';
import { DockError, type ToolError, toToolError } from '../contracts/errors.ts';
import { requestSchemas } from '../contracts/rpc.ts';
import type { BadFrame } from './frames.ts';

/** A JSON-RPC error with our own form in its data. */
export function responseError(code: number, error: unknown): ResponseError<ToolError> {
  const data = toToolError(error);
  return new ResponseError(code, data.message, data);
}

export function unknownMethod(): ResponseError<ToolError> {
  const hint = `This host knows ${Object.keys(requestSchemas).join(', ')}.`;
  const refusal = new DockError('invalid_arguments', 'There is no such request.', { hint });
  return responseError(ErrorCodes.MethodNotFound, refusal);
}

export function notOurs(why: BadFrame, limit: number): DockError {
  const messages: Record<BadFrame, string> = {
    unreadable: 'What came is not a JSON text after a Content-Length header.',
    no_message: 'What came is JSON, but not a JSON-RPC message.',
    too_long: `More than ${limit} bytes came without a whole message.`,
  };
  return new DockError('invalid_arguments', messages[why], {
    hint: 'Send JSON-RPC 2.0 messages, each after its Content-Length header, or use the agentdock command.',
  });
}

export function notProved(): DockError {
  return new DockError('unauthorized', 'Expected `challenge` and `prove` first.');
}

export function noProofInTime(): DockError {
  return new DockError('unauthorized', 'No proof of the key came in time.', {
    hint: 'Send `challenge` and `prove` first; the key stands in .agentdock/state/host.json.',
  });
}
