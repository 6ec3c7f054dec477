import * as z from 'zod';
import { type Conversation, type Entry, findCwd, type OfferedTool } from '../conversation.ts';

const partSchema = z.looseObject({ type: z.string().optional(), text: z.string().optional() });
const textSchema = z.union([z.string(), z.array(partSchema)]);

const itemSchema = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  content: z.union([textSchema, z.null()]).optional(),
  call_id: z.string().optional(),
  name: z.string().optional(),
  /** Of a function, and of a `custom` tool. */
  arguments: z.string().optional(),
  input: z.string().optional(),
  output: z.union([textSchema, z.looseObject({ content: textSchema.optional() })]).optional(),
  tools: z.array(z.unknown()).optional(),
});
type Item = z.infer<typeof itemSchema>;

const toolSchema = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  tools: z.array(z.looseObject({ type: z.string(), name: z.string().optional() })).optional(),
});
type Tool = z.infer<typeof toolSchema>;

const requestSchema = z.looseObject({
  model: z.string(),
  instructions: z.string().optional(),
  input: z.union([
    z.string().transform(text => [{ type: 'message', role: 'user', content: text }]),
    z.array(itemSchema),
  ]),
  tools: z.array(toolSchema).optional(),
  prompt_cache_key: z.string().optional(),
});

export function readResponsesRequest(
  body: unknown,
  header: (name: string) => string | undefined,
): Conversation {
  const request = requestSchema.parse(body);
  const items: Item[] = request.input;
  const context = items.flatMap(contextTexts);
  const late = items.flatMap(item =>
    item.type === 'additional_tools' ? z.array(toolSchema).parse(item.tools) : [],
  );
  const entries = items.flatMap(readItem);
  return {
    protocol: 'openai-responses',
    model: request.model,
    sessionHint:
      header('session_id') ?? header('session-id') ?? header('conversation_id') ?? request.prompt_cache_key,
    system: [request.instructions ?? '', ...context].join('\n\n'),
    cwd: findCwd(context.join('\n')),
    tools: [...(request.tools ?? []), ...late].flatMap(readTool),
    entries,
    side: entries.some(entry => entry.kind === 'prompt' && isOwnRequest(entry.text)),
  };
}

/** Newer models get their tools in namespaces: the built-in one is left away, others stand before a dot. */
function readTool(tool: Tool): OfferedTool[] {
  const kind = tool.type === 'custom' ? 'custom' : 'function';
  if (tool.type !== 'namespace') return [{ name: tool.name ?? tool.type, kind }];
  const prefix = tool.name === 'functions' ? '' : `${tool.name}.`;
  return (tool.tools ?? []).flatMap(readTool).map(inner => ({ ...inner, name: prefix + inner.name }));
}

function readItem(item: Item): Entry[] {
  switch (item.type ?? 'message') {
    case 'message':
      if (item.role === 'assistant') return [{ kind: 'answer', text: texts(item.content).join('') }];
      return item.role === 'user' ? texts(item.content).flatMap(readUserText) : [];
    case 'function_call':
    case 'custom_tool_call':
    case 'local_shell_call':
      return [
        {
          kind: 'call',
          id: item.call_id ?? '',
          tool: item.name ?? 'local_shell',
          args: item.arguments ?? item.input ?? '',
        },
      ];
    case 'function_call_output':
    case 'custom_tool_call_output':
      return [{ kind: 'result', id: item.call_id ?? '', text: outputText(item.output) }];
    default:
      return [];
  }
}

function readUserText(text: string): Entry[] {
  if (text.startsWith('<turn_aborted>')) return [{ kind: 'interrupted' }];
  return isContext(text) ? [] : [{ kind: 'prompt', text }];
}

/** The prompts of Codex's title thread and of its summaries of a long session. */
function isOwnRequest(prompt: string): boolean {
  return /^Generate a concise, single-line task title|^You are performing a CONTEXT CHECKPOINT/.test(prompt);
}

/** Codex puts what it adds by itself into user messages of their own. */
function isContext(text: string): boolean {
  return /^\s*(<(environment_context|user_instructions|skill|recommended_plugins|turn_aborted|user_shell_command)\b|# AGENTS\.md instructions)/.test(
    text,
  );
}

function contextTexts(item: Item): string[] {
  if ((item.type ?? 'message') !== 'message' || item.role === 'assistant') return [];
  return item.role === 'user' ? texts(item.content).filter(isContext) : texts(item.content);
}

function texts(content: Item['content']): string[] {
  if (content === undefined || content === null) return [];
  return typeof content === 'string'
    ? [content]
    : content.flatMap(part => (part.text === undefined ? [] : [part.text]));
}

function outputText(output: Item['output']): string {
  if (output === undefined) return '';
  if (typeof output === 'string' || Array.isArray(output)) return texts(output).join('');
  return texts(output.content).join('');
}
