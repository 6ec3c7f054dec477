import type { AgentEvent } from '../../contracts/agentEvent.ts';
import { toToolError } from '../../contracts/errors.ts';
import { classifyTurnError } from './classifyError.ts';
import type { Notification } from './notifications.ts';

type ServerNotice = Extract<
  Notification,
  { method: 'error' | 'warning' | 'model/rerouted' | 'mcpServer/startupStatus/updated' }
>;

/** What the server says beside the agent, as far as it matters to a person. */
export function serverNotices({ method, params }: ServerNotice): readonly AgentEvent[] {
  switch (method) {
    case 'error':
      // One that ends the turn is told by the turn's end.
      if (!params.willRetry) return [];
      return [{ type: 'error', error: toToolError(classifyTurnError(params.error)), will_retry: true }];
    case 'warning':
      return notice(params.message);
    case 'model/rerouted':
      return notice(`Codex answers with the model ${params.toModel ?? 'it chose'}.`);
    case 'mcpServer/startupStatus/updated':
      if (params.status !== 'failed') return [];
      return notice(`The MCP server ${params.name} did not start: ${params.error ?? 'no reason'}`);
  }
}

function notice(text: string): readonly AgentEvent[] {
  return [{ type: 'notice', text }];
}
