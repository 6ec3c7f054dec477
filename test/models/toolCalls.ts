import { posix, win32 } from 'node:path';
import type { Conversation, OfferedTool } from './conversation.ts';

/** A call as a model would make it: JSON arguments, or plain text for a `custom` tool. */
export interface ToolCall {
  readonly kind: OfferedTool['kind'];
  readonly name: string;
  /** Codex groups the tools of an MCP server under a namespace. */
  readonly namespace: string | undefined;
  readonly input: string;
}

/** What Codex takes at most: after it, the model goes on while the command runs. */
const yieldMs = 30_000;

/** Runs a command with whichever shell tool the request offers. */
export function shellCall(command: string, conversation: Conversation): ToolCall {
  const shells = ['Bash', 'bash', 'exec_command', 'shell_command', 'shell', 'exec'] as const;
  switch (pickTool(conversation, shells) ?? defaultShell(conversation)) {
    case 'shell_command':
      return call('shell_command', { command });
    case 'shell':
      return call('shell', { command: ['bash', '-lc', command] });
    case 'exec':
      return codeMode(
        `const r = await tools.exec_command(${JSON.stringify({ cmd: command, yield_time_ms: yieldMs })}); text(r.output);`,
      );
    case 'exec_command':
      return call('exec_command', { cmd: command, yield_time_ms: yieldMs });
    case 'Bash':
      return call('Bash', { command, description: 'Scripted command' });
    case 'bash':
      return call('bash', { command, description: 'Scripted command' });
  }
}

/** Writes a file with whichever tool the request offers for it; the shell where there is none. */
export function writeCall(path: string, text: string, conversation: Conversation): ToolCall {
  switch (pickTool(conversation, ['Write', 'write', 'apply_patch', 'exec'])) {
    case 'Write':
      return call('Write', { file_path: absolute(path, conversation), content: text });
    case 'write':
      return call('write', { filePath: absolute(path, conversation), content: text });
    case 'apply_patch': {
      const input = addFilePatch(path, text);
      const isCustom = conversation.tools.some(tool => tool.name === 'apply_patch' && tool.kind === 'custom');
      return isCustom
        ? { kind: 'custom', name: 'apply_patch', namespace: undefined, input }
        : call('apply_patch', { input });
    }
    case 'exec':
      return codeMode(`text(await tools.apply_patch(${JSON.stringify(addFilePatch(path, text))}));`);
    default:
      return shellCall(`printf %s ${quote(text)} > ${quote(path)}`, conversation);
  }
}

/** `args` goes out as it stands, also when it is no valid JSON. */
export function rawCall(name: string, args: string, conversation: Conversation): ToolCall {
  const kind = conversation.tools.find(tool => tool.name === name)?.kind ?? 'function';
  return { kind, name, namespace: undefined, input: args };
}

/** A tool of an MCP server, under the name each CLI gives it. */
export function mcpCall(
  tool: { readonly server: string; readonly name: string; readonly args: string },
  conversation: Conversation,
): ToolCall {
  switch (conversation.protocol) {
    case 'openai-responses':
      if (pickTool(conversation, ['exec_command', 'exec']) === 'exec') {
        return codeMode(`text(JSON.stringify(await tools.mcp__${tool.server}__${tool.name}(${tool.args})));`);
      }
      return { kind: 'function', name: tool.name, namespace: `mcp__${tool.server}`, input: tool.args };
    case 'anthropic-messages':
      return {
        ...offered(`mcp__${tool.server}__${tool.name}`, `__${tool.name}`, conversation),
        input: tool.args,
      };
    case 'openai-chat':
      return { ...offered(`${tool.server}_${tool.name}`, `_${tool.name}`, conversation), input: tool.args };
  }
}

/** The exact name, or the one offered under another server's name: some drivers name the server after the thread. */
function offered(name: string, ending: string, { tools }: Conversation): ToolCall {
  const isOffered = tools.some(tool => tool.name === name);
  const other = isOffered ? undefined : tools.find(tool => tool.name.endsWith(ending))?.name;
  return call(other ?? name, {});
}

function call(name: string, args: unknown): ToolCall {
  return { kind: 'function', name, namespace: undefined, input: JSON.stringify(args) };
}

/** Newer Codex models get one tool that runs JavaScript, with the classic ones inside it. */
function codeMode(input: string): ToolCall {
  return { kind: 'custom', name: 'exec', namespace: undefined, input };
}

function pickTool<Name extends string>({ tools }: Conversation, names: readonly Name[]): Name | undefined {
  return names.find(name => tools.some(tool => tool.name === name));
}

/** A shell that is not offered is called all the same: what the CLI answers then is worth testing. */
function defaultShell({ protocol }: Conversation): 'Bash' | 'bash' | 'exec_command' {
  return protocol === 'anthropic-messages' ? 'Bash' : protocol === 'openai-chat' ? 'bash' : 'exec_command';
}

function absolute(path: string, { cwd }: Conversation): string {
  if (cwd === undefined) return path;
  return (/^[A-Za-z]:[\\/]/.test(cwd) ? win32 : posix).resolve(cwd, path);
}

function addFilePatch(path: string, text: string): string {
  const lines = text.replace(/\n$/, '').split('\n');
  return ['*** Begin Patch', `*** Add File: ${path}`, ...lines.map(line => `+${line}`), '*** End Patch'].join(
    '\n',
  );
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
