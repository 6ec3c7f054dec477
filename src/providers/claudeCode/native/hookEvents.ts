import { randomUUID } from 'node:crypto';
import type { AgentEvent } from '../../../contracts/agentEvent.ts';
import { refusedToSubAgent } from '../subAgents.ts';
import { fileChange, resultText } from '../toolResult.ts';
import { isRecord, toolTitle } from '../toolTitle.ts';
import type { HookMessage } from './hookMessage.ts';

/** What a hook tells, for the thread's own record: its terminal's screen is for the eyes alone. */
export function hookEvents(message: HookMessage, workspace: string): AgentEvent[] {
  const { tool_name: name = '', tool_input: input, tool_use_id: item } = message;
  const reader = message.agent_id === undefined ? {} : { in_sub_agent: true };
  switch (message.hook_event_name) {
    case 'UserPromptSubmit':
      return message.prompt === undefined ? [] : [{ type: 'steered', text: { text: message.prompt } }];
    case 'PreToolUse': {
      const text = JSON.stringify(input ?? {});
      if (item === undefined) return [];
      const refused = refusedToSubAgent(message);
      return [
        { type: 'tool.started', item, name, title: toolTitle(name, input), input: { text } },
        // No hook tells how a call ended that was never made.
        ...(refused === undefined
          ? []
          : [
              { type: 'tool.ended', item, status: 'declined', output: { text: refused }, ...reader } as const,
            ]),
      ];
    }
    case 'PostToolUse': {
      if (item === undefined) return [];
      const changed = fileChange(name, input, message.tool_response, workspace);
      const output = { text: outputText(message.tool_response) };
      return [
        ...(changed === undefined ? [] : [changed]),
        { type: 'tool.ended', item, status: 'completed', output, ...reader },
      ];
    }
    case 'PostToolUseFailure': {
      if (item === undefined) return [];
      const status = message.is_interrupt === true ? 'interrupted' : 'failed';
      return [{ type: 'tool.ended', item, status, output: { text: outputText(message.error) }, ...reader }];
    }
    case 'Stop':
      return message.last_assistant_message
        ? [{ type: 'text', item: randomUUID(), text: message.last_assistant_message, done: true }]
        : [];
    case 'StopFailure':
      return [
        { type: 'notice', text: `Claude Code stopped: ${message.last_assistant_message ?? 'an error'}` },
      ];
    default:
      return [];
  }
}

function outputText(response: unknown): string {
  if (typeof response === 'string') return response;
  if (Array.isArray(response)) return resultText(response);
  if (!isRecord(response)) return '';
  const streams = [response['stdout'], response['stderr']].filter(one => typeof one === 'string');
  return streams.length > 0 ? streams.filter(one => one !== '').join('\n') : JSON.stringify(response);
}
