import * as z from 'zod';
import { type Conversation, type Entry, findCwd } from '../conversation.ts';

const contentSchema = z
  .union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() })), z.null()])
  .optional()
  .transform(content => {
    if (content === undefined || content === null) return [];
    return typeof content === 'string' ? [content] : content.map(part => part.text ?? '');
  });

const messageSchema = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: contentSchema,
  tool_calls: z
    .array(
      z.looseObject({
        id: z.string(),
        function: z.looseObject({ name: z.string(), arguments: z.string().default('') }),
      }),
    )
    .optional(),
  tool_call_id: z.string().optional(),
});

const requestSchema = z.looseObject({
  model: z.string(),
  messages: z.array(messageSchema),
  tools: z.array(z.looseObject({ function: z.looseObject({ name: z.string() }) })).optional(),
});

export function readChatRequest(body: unknown, header: (name: string) => string | undefined): Conversation {
  const request = requestSchema.parse(body);
  const system = request.messages
    .filter(message => message.role === 'system' || message.role === 'developer')
    .flatMap(message => message.content)
    .join('\n\n');
  return {
    protocol: 'openai-chat',
    model: request.model,
    sessionHint: header('x-session-id') ?? header('x-session-affinity'),
    system,
    cwd: findCwd(system),
    tools: (request.tools ?? []).map(tool => ({ name: tool.function.name, kind: 'function' })),
    entries: request.messages.flatMap(readMessage),
    side: /title generator/i.test(system),
  };
}

function readMessage(message: z.infer<typeof messageSchema>): Entry[] {
  switch (message.role) {
    case 'user':
      return message.content
        .filter(text => !text.trimStart().startsWith('<system-reminder>'))
        .map(text => ({ kind: 'prompt', text }));
    case 'tool':
      return [{ kind: 'result', id: message.tool_call_id ?? '', text: message.content.join('') }];
    case 'assistant':
      return [
        ...message.content.filter(text => text !== '').map((text): Entry => ({ kind: 'answer', text })),
        ...(message.tool_calls ?? []).map(
          (call): Entry => ({
            kind: 'call',
            id: call.id,
            tool: call.function.name,
            args: call.function.arguments,
          }),
        ),
      ];
    default:
      return [];
  }
}
