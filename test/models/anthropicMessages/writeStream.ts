import type { ScriptedError } from '../script.ts';
import type { ToolCall } from '../toolCalls.ts';
import { newId, pieces, sse, type Usage, type Wire } from '../wire.ts';

type BlockKind = 'text' | 'thinking' | 'tool_use';

export function anthropicWire(model: string): Wire {
  let index = -1;
  let open: BlockKind | undefined;
  let stopReason = 'end_turn';

  const event = (type: string, data: object): string => sse({ type, ...data }, type);
  const delta = (value: object): string => event('content_block_delta', { index, delta: value });
  const close = (): string[] => {
    if (open === undefined) return [];
    const signature =
      open === 'thinking' ? [delta({ type: 'signature_delta', signature: 'c2NyaXB0ZWQ=' })] : [];
    open = undefined;
    return [...signature, event('content_block_stop', { index })];
  };
  const enter = (kind: BlockKind, block: object): string[] => {
    if (open === kind && kind !== 'tool_use') return [];
    const closed = close();
    index += 1;
    open = kind;
    return [...closed, event('content_block_start', { index, content_block: { type: kind, ...block } })];
  };

  return {
    begin: usage => [
      event('message_start', {
        message: {
          id: newId('msg'),
          type: 'message',
          role: 'assistant',
          model,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { ...inputUsage(usage), output_tokens: 1 },
        },
      }),
    ],
    reasoning: chunk => [
      ...enter('thinking', { thinking: '', signature: '' }),
      delta({ type: 'thinking_delta', thinking: chunk }),
    ],
    text: chunk => [...enter('text', { text: '' }), delta({ type: 'text_delta', text: chunk })],
    call: (call: ToolCall) => {
      stopReason = 'tool_use';
      return [
        ...enter('tool_use', { id: newId('toolu'), name: call.name, input: {} }),
        ...pieces(call.input).map(part => delta({ type: 'input_json_delta', partial_json: part })),
        ...close(),
      ];
    },
    fail: error => [event('error', { error: anthropicError(error).error })],
    end: usage => [
      ...close(),
      event('message_delta', {
        delta: { stop_reason: stopReason, stop_sequence: null },
        usage: { ...inputUsage(usage), output_tokens: usage.output },
      }),
      event('message_stop', {}),
    ],
  };
}

export function anthropicError(error: ScriptedError): {
  type: 'error';
  error: { type: string; message: string };
} {
  return {
    type: 'error',
    error: { type: error.code ?? errorTypes[error.status] ?? 'api_error', message: error.message },
  };
}

const errorTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

function inputUsage(usage: Usage): object {
  return { input_tokens: usage.input, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
}
