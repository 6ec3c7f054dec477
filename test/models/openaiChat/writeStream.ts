import { openaiError } from '../openaiError.ts';
import { newId, pieces, sse, type Wire } from '../wire.ts';

export function chatWire(model: string): Wire {
  const id = newId('chatcmpl');
  let finish = 'stop';
  let calls = 0;

  const chunk = (rest: object): string =>
    sse({ id, object: 'chat.completion.chunk', created: Math.floor(Date.now() / 1000), model, ...rest });
  const delta = (value: object, finish_reason: string | null = null): string =>
    chunk({ choices: [{ index: 0, delta: value, finish_reason }] });

  return {
    begin: () => [delta({ role: 'assistant', content: '' })],
    reasoning: text => [delta({ reasoning_content: text })],
    text: text => [delta({ content: text })],
    call: call => {
      finish = 'tool_calls';
      const index = calls++;
      const head = {
        index,
        id: newId('call'),
        type: 'function',
        function: { name: call.name, arguments: '' },
      };
      return [
        delta({ tool_calls: [head] }),
        ...pieces(call.input).map(part => delta({ tool_calls: [{ index, function: { arguments: part } }] })),
      ];
    },
    fail: error => [sse(openaiError(error))],
    end: usage => [
      delta({}, finish),
      chunk({
        choices: [],
        usage: {
          prompt_tokens: usage.input,
          completion_tokens: usage.output,
          total_tokens: usage.input + usage.output,
        },
      }),
      sse('[DONE]'),
    ],
  };
}
