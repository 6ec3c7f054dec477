import { DockError, toToolError } from '../../contracts/errors.ts';
import { type ToolName, toolCallSchema } from '../../contracts/tools.ts';
import type { Command } from '../command.ts';
import { printError, printJson } from '../io.ts';

export const call: Command = {
  name: 'call',
  usage: "'<json>' | -",
  summary: 'Make one tool call given as JSON',
  details:
    'The JSON is {"tool": NAME, "args": {…}}; `-` reads it from standard input. Prints {"ok":true,"result":…} or\n' +
    '{"ok":false,"error":{"code","message","retryable"}} on standard output and ends with 0 or 1.',
  options: {},
  alwaysJson: true,
  wordsHint: 'Put the JSON in single quotes, or use `agentdock call -` and pass it on standard input.',
  words: [1, 1],
  run: async ([given = '-'], _options, { output, stdin, client }) => {
    try {
      const { tool, args } = parseCall(given === '-' ? await stdin() : given);
      const connected = await client();
      // The host checks the name and the arguments: one place, one answer.
      const result = await connected.call(tool as ToolName, args as never);
      printJson(output, { ok: true, result });
      return 0;
    } catch (error) {
      printError(output, toToolError(error), true);
      return 1;
    }
  },
};

function parseCall(json: string): { tool: string; args: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(json.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new DockError('invalid_arguments', `Expected a tool call as JSON: ${describe(cause)}`, {
      cause,
      hint: 'Such as {"tool": "list_threads", "args": {}}; use `call -` to read it from standard input.',
    });
  }
  const parsed = toolCallSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const unknown = parsed.error.issues.flatMap(issue =>
    issue.code === 'unrecognized_keys' ? issue.keys : [],
  );
  throw new DockError(
    'invalid_arguments',
    unknown.length === 0
      ? 'Expected a tool call with a `tool` and its `args`.'
      : `A tool call holds \`tool\` and \`args\`, and no \`${unknown[0]}\`.`,
    { cause: parsed.error, hint: 'Such as {"tool": "list_threads", "args": {}}.' },
  );
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
