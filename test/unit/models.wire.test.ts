import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { anthropicWire } from '../models/anthropicMessages/writeStream.ts';
import { chatWire } from '../models/openaiChat/writeStream.ts';
import { responsesWire } from '../models/openaiResponses/writeStream.ts';
import { pieces, type Wire } from '../models/wire.ts';

const usage = { input: 11, output: 7 };
const call = {
  kind: 'function',
  name: 'run',
  namespace: undefined,
  input: '{"command":"ls -la /some/long/path"}',
} as const;
const failure = { status: 529, code: undefined, retryAfter: undefined, message: 'busy' } as const;

const eventSchema = z.looseObject({ type: z.string().optional() });

/** The data of all events, as a client would parse them. */
function parse(frames: readonly string[]): z.infer<typeof eventSchema>[] {
  return frames
    .join('')
    .split('\n\n')
    .flatMap(block => /^data: (.*)$/m.exec(block)?.[1] ?? [])
    .filter(data => data !== '[DONE]')
    .map(data => eventSchema.parse(JSON.parse(data)));
}

function wholeTurn(wire: Wire): string[] {
  return [
    ...wire.begin(usage),
    ...wire.reasoning('hm'),
    ...wire.reasoning('m'),
    ...wire.text('Hel'),
    ...wire.text('lo'),
    ...wire.call(call),
    ...wire.end(usage),
  ];
}

function types(frames: readonly string[]): (string | undefined)[] {
  return parse(frames).map(event => event.type);
}

test('Anthropic Messages: blocks open and close once, in order, with the parts of each', () => {
  const frames = wholeTurn(anthropicWire('m'));
  const events = parse(frames);
  const starts = events.filter(event => event.type === 'content_block_start');
  assert.deepEqual(
    starts.map(event => [
      event['index'],
      z.looseObject({ type: z.string() }).parse(event['content_block']).type,
    ]),
    [
      [0, 'thinking'],
      [1, 'text'],
      [2, 'tool_use'],
    ],
  );
  assert.equal(events.filter(event => event.type === 'content_block_stop').length, 3);
  const deltas = z
    .array(z.looseObject({ delta: z.record(z.string(), z.unknown()) }))
    .parse(events.filter(event => event.type === 'content_block_delta'));
  const joined = (key: string): string => deltas.map(({ delta }) => delta[key] ?? '').join('');
  assert.equal(joined('thinking'), 'hmm');
  assert.equal(joined('text'), 'Hello');
  assert.equal(joined('partial_json'), call.input);
  assert.deepEqual(types(frames).slice(-2), ['message_delta', 'message_stop']);
  assert.match(frames.join(''), /"stop_reason":"tool_use".*"output_tokens":7/);
});

test('OpenAI Responses: the completed response holds every item, numbered without gaps', () => {
  const frames = wholeTurn(responsesWire('m'));
  const events = parse(frames);
  assert.deepEqual(
    events.map(event => event['sequence_number']),
    events.map((_, index) => index),
  );
  const last = z
    .looseObject({
      type: z.string(),
      response: z.looseObject({ output: z.array(z.looseObject({ type: z.string() })) }),
    })
    .parse(events.at(-1));
  assert.equal(last.type, 'response.completed');
  assert.deepEqual(
    last.response.output.map(item => item.type),
    ['reasoning', 'message', 'function_call'],
  );
  assert.match(JSON.stringify(last), /"text":"Hello"/);
  assert.match(JSON.stringify(last), /"total_tokens":18/);
  const added = events
    .filter(event => event.type === 'response.output_item.added')
    .map(event => event['output_index']);
  assert.deepEqual(added, [0, 1, 2]);
});

test('OpenAI Responses: a custom tool gets plain text and an MCP tool its namespace', () => {
  const custom = responsesWire('m').call({
    kind: 'custom',
    name: 'patch',
    namespace: undefined,
    input: 'raw\n',
  });
  assert.match(custom.join(''), /"type":"custom_tool_call".*"input":"raw\\n"/);
  assert.match(
    responsesWire('m')
      .call({ ...call, namespace: 'mcp__a' })
      .join(''),
    /"namespace":"mcp__a"/,
  );
});

test('OpenAI Chat: deltas join to the message and the stream ends with usage and [DONE]', () => {
  const frames = wholeTurn(chatWire('m'));
  const chunk = z.looseObject({
    choices: z.array(
      z.looseObject({ delta: z.record(z.string(), z.unknown()), finish_reason: z.string().nullable() }),
    ),
    usage: z.looseObject({ total_tokens: z.number() }).optional(),
  });
  const chunks = parse(frames).map(event => chunk.parse(event));
  const deltas = chunks.flatMap(({ choices }) => choices.map(choice => choice.delta));
  assert.equal(deltas.map(delta => delta['content'] ?? '').join(''), 'Hello');
  assert.equal(deltas.map(delta => delta['reasoning_content'] ?? '').join(''), 'hmm');
  const calls = z
    .array(
      z.looseObject({
        tool_calls: z.array(z.looseObject({ function: z.looseObject({ arguments: z.string() }) })),
      }),
    )
    .parse(deltas.filter(delta => 'tool_calls' in delta));
  assert.equal(calls.map(delta => delta.tool_calls[0]?.function.arguments).join(''), call.input);
  assert.equal(chunks.at(-2)?.choices[0]?.finish_reason, 'tool_calls');
  assert.equal(chunks.at(-1)?.usage?.total_tokens, 18);
  assert.equal(frames.at(-1), 'data: [DONE]\n\n');
});

test('an error inside a stream has the shape of its protocol', () => {
  assert.deepEqual(parse(anthropicWire('m').fail(failure)), [
    { type: 'error', error: { type: 'overloaded_error', message: 'busy' } },
  ]);
  assert.match(responsesWire('m').fail(failure).join(''), /response\.failed.*"message":"busy"/s);
  assert.deepEqual(parse(chatWire('m').fail(failure)), [
    { error: { message: 'busy', type: 'server_error', code: null } },
  ]);
});

test('text is cut between characters, never inside one', () => {
  const text = 'a😀'.repeat(100);
  const parts = pieces(text, 7);
  assert.equal(parts.join(''), text);
  assert.ok(parts.every(part => part.length <= 8 && part.isWellFormed()));
});
