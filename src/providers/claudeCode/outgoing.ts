import { randomUUID } from 'node:crypto';

/** A message to the CLI is one line of JSON: a line that is none would end the process. */
export function userMessage(text: string, uuid: string): object {
  return { type: 'user', uuid, message: { role: 'user', content: promptBlocks(text) } };
}

/**
 * The CLI takes a command (`/compact`) from the last text block only, and drops an empty block before it asks the
 * model: so such a text reaches the model as it is.
 */
function promptBlocks(text: string): object[] {
  const block = { type: 'text', text };
  return text.trimStart().startsWith('/') ? [block, { type: 'text', text: '' }] : [block];
}

export function controlRequest(request: object, id: string = randomUUID()): object {
  return { type: 'control_request', request_id: id, request };
}

export function mcpResponse(requestId: string, answer: object): object {
  return successResponse(requestId, { mcp_response: answer });
}

export function hookResponse(requestId: string, answer: object): object {
  return successResponse(requestId, answer);
}

export function allowResponse(requestId: string, input: unknown): object {
  return successResponse(requestId, { behavior: 'allow', updatedInput: input ?? {} });
}

export function denyResponse(requestId: string, reason: string): object {
  return successResponse(requestId, { behavior: 'deny', message: reason, interrupt: false });
}

export function unsupportedResponse(requestId: string, subtype: string): object {
  const error = `AgentDock does not answer requests of the kind ${subtype}.`;
  return { type: 'control_response', response: { subtype: 'error', request_id: requestId, error } };
}

function successResponse(requestId: string, response: object): object {
  return { type: 'control_response', response: { subtype: 'success', request_id: requestId, response } };
}
