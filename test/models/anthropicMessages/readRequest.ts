import * as z from 'zod';
import { type Conversation, type Entry, findCwd } from '../conversation.ts';

const blockSchema = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  id: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
  tool_use_id: z.string().optional(),
  content: z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]).optional(),
});
type Block = z.infer<typeof blockSchema>;

const contentSchema = z.union([z.string().transform(text => [{ type: 'text', text }]), z.array(blockSchema)]);

const requestSchema = z.looseObject({
  model: z.string(),
  system: contentSchema.optional(),
  messages: z.array(z.looseObject({ role: z.enum(['user', 'assistant', 'system']), content: contentSchema })),
  tools: z.array(z.looseObject({ name: z.string() })).optional(),
});

export function readAnthropicRequest(
  body: unknown,
  header: (name: string) => string | undefined,
): Conversation {
  const request = requestSchema.parse(body);
  const blocks = request.messages.flatMap(({ role, content }) =>
    unmerge(content).map(block => ({ role, block })),
  );
  const contextText = blocks.flatMap(({ role, block }) =>
    role === 'system' || (role === 'user' && isContext(block)) ? [block.text ?? ''] : [],
  );
  const system = [...(request.system ?? []).map(block => block.text ?? ''), ...contextText].join('\n\n');
  const tools = request.tools ?? [];
  return {
    protocol: 'anthropic-messages',
    model: request.model,
    sessionHint: header('x-claude-code-session-id'),
    system,
    cwd: findCwd(system),
    tools: tools.map(tool => ({ name: tool.name, kind: 'function' })),
    entries: blocks.flatMap(({ role, block }) => readBlock(role, block)),
    side: tools.length === 0 && /\btitle\b/i.test(system),
  };
}

/** Where several messages follow each other, Claude Code makes them one and ends all texts but the last with a newline. */
function unmerge(content: readonly Block[]): Block[] {
  return content.map((block, index) => {
    const isLast = index === content.length - 1;
    return isLast || block.text === undefined ? block : { ...block, text: block.text.replace(/\n$/, '') };
  });
}

function readBlock(role: 'user' | 'assistant' | 'system', block: Block): Entry[] {
  const text = block.text ?? '';
  if (role === 'system') return readSystemNote(text);
  if (block.type === 'tool_use') {
    return [
      { kind: 'call', id: block.id ?? '', tool: block.name ?? '', args: JSON.stringify(block.input ?? {}) },
    ];
  }
  if (block.type === 'tool_result')
    return [{ kind: 'result', id: block.tool_use_id ?? '', text: resultText(block) }];
  if (block.type !== 'text') return [];
  if (role === 'assistant') return [{ kind: 'answer', text }];
  if (text.startsWith('[Request interrupted by user')) return [{ kind: 'interrupted' }];
  return isContext(block) ? [] : [{ kind: 'prompt', text }];
}

/** Claude Code puts a message sent during a turn into a system message between two tool rounds. */
function readSystemNote(text: string): Entry[] {
  const match = /The user sent a new message while you were working:\s*\n([\s\S]*?)(?:\n\nIMPORTANT:|$)/.exec(
    text,
  );
  return match?.[1] === undefined ? [] : [{ kind: 'steer', text: match[1] }];
}

/** Text blocks that the CLI itself puts beside the prompt. */
function isContext(block: Block): boolean {
  return /^\s*<(system-reminder|local-command-|command-name|command-message|task-notification)/.test(
    block.text ?? '',
  );
}

function resultText(block: Block): string {
  if (block.content === undefined) return '';
  return typeof block.content === 'string'
    ? block.content
    : block.content.map(part => part.text ?? '').join('');
}
