import { openaiError } from '../openaiError.ts';
import type { ToolCall } from '../toolCalls.ts';
import { newId, pieces, sse, type Usage, type Wire } from '../wire.ts';

interface OpenItem {
  readonly kind: 'message' | 'reasoning';
  readonly id: string;
  text: string;
}

export function responsesWire(model: string): Wire {
  const id = newId('resp');
  const output: object[] = [];
  let sequence = 0;
  let open: OpenItem | undefined;

  const event = (type: string, data: object): string =>
    sse({ type, sequence_number: sequence++, ...data }, type);
  const response = (status: string, rest: object = {}): object => ({
    id,
    object: 'response',
    status,
    model,
    output,
    ...rest,
  });
  const add = (item: object): string =>
    event('response.output_item.added', { output_index: output.length, item });
  const done = (item: object): string => {
    const frame = event('response.output_item.done', { output_index: output.length, item });
    output.push(item);
    return frame;
  };
  const place = (): object => ({ item_id: open?.id, output_index: output.length });

  const close = (): string[] => {
    if (open === undefined) return [];
    const { kind, text } = open;
    const part = kind === 'message' ? messagePart(text) : { type: 'summary_text', text };
    const item =
      kind === 'message' ? messageItem(open.id, 'completed', [part]) : reasoningItem(open.id, [part]);
    const ended =
      kind === 'message'
        ? [
            event('response.output_text.done', { ...place(), content_index: 0, text }),
            event('response.content_part.done', { ...place(), content_index: 0, part }),
          ]
        : [
            event('response.reasoning_summary_text.done', { ...place(), summary_index: 0, text }),
            event('response.reasoning_summary_part.done', { ...place(), summary_index: 0, part }),
          ];
    open = undefined;
    return [...ended, done(item)];
  };

  const enter = (kind: OpenItem['kind']): string[] => {
    if (open?.kind === kind) return [];
    const closed = close();
    open = { kind, id: newId(kind === 'message' ? 'msg' : 'rs'), text: '' };
    return kind === 'message'
      ? [
          ...closed,
          add(messageItem(open.id, 'in_progress', [])),
          event('response.content_part.added', { ...place(), content_index: 0, part: messagePart('') }),
        ]
      : [
          ...closed,
          add(reasoningItem(open.id, [])),
          event('response.reasoning_summary_part.added', {
            ...place(),
            summary_index: 0,
            part: { type: 'summary_text', text: '' },
          }),
        ];
  };

  const write = (kind: OpenItem['kind'], chunk: string): string[] => {
    const entered = enter(kind);
    if (open) open.text += chunk;
    const frame =
      kind === 'message'
        ? event('response.output_text.delta', { ...place(), content_index: 0, delta: chunk })
        : event('response.reasoning_summary_text.delta', { ...place(), summary_index: 0, delta: chunk });
    return [...entered, frame];
  };

  return {
    begin: () => [
      event('response.created', { response: response('in_progress') }),
      event('response.in_progress', { response: response('in_progress') }),
    ],
    reasoning: chunk => write('reasoning', chunk),
    text: chunk => write('message', chunk),
    call: call => {
      const closed = close();
      const itemId = newId(call.kind === 'custom' ? 'ctc' : 'fc');
      const callId = newId('call');
      const name =
        call.kind === 'custom' ? 'response.custom_tool_call_input' : 'response.function_call_arguments';
      const at = { item_id: itemId, output_index: output.length };
      return [
        ...closed,
        add(callItem(call, itemId, callId, 'in_progress', '')),
        ...pieces(call.input).map(delta => event(`${name}.delta`, { ...at, delta })),
        event(`${name}.done`, { ...at, [call.kind === 'custom' ? 'input' : 'arguments']: call.input }),
        done(callItem(call, itemId, callId, 'completed', call.input)),
      ];
    },
    fail: error => [
      event('response.failed', {
        response: response('failed', {
          error: { code: error.code ?? 'server_error', message: openaiError(error).error.message },
        }),
      }),
    ],
    end: usage => [
      ...close(),
      event('response.completed', { response: response('completed', { usage: usageOf(usage) }) }),
    ],
  };
}

function messagePart(text: string): object {
  return { type: 'output_text', text, annotations: [] };
}

function messageItem(id: string, status: string, content: readonly object[]): object {
  return { type: 'message', id, role: 'assistant', status, content };
}

function reasoningItem(id: string, summary: readonly object[]): object {
  return { type: 'reasoning', id, summary, encrypted_content: null };
}

function callItem(call: ToolCall, id: string, call_id: string, status: string, input: string): object {
  const base = { id, call_id, name: call.name, status };
  if (call.kind === 'custom') return { type: 'custom_tool_call', ...base, input };
  const namespace = call.namespace === undefined ? {} : { namespace: call.namespace };
  return { type: 'function_call', ...base, ...namespace, arguments: input };
}

function usageOf(usage: Usage): object {
  return {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: usage.input + usage.output,
  };
}
