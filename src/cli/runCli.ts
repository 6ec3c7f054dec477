import { text as readText } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { DockClient } from '../client/dockClient.ts';
import { DockError, toToolError } from '../contracts/errors.ts';
import { version } from '../core/version.ts';
import type { Command, OptionValues } from './command.ts';
import { commands } from './commands/table.ts';
import { findWorkspace } from './findWorkspace.ts';
import { commandHelp, generalHelp, globalOptions } from './help.ts';
import { type Output, printError } from './io.ts';
import { openClient } from './openClient.ts';

/** Runs one command line; returns the exit code: 0, or 1 with the reason on standard error (or as JSON). */
export async function runCli(argv: readonly string[], cwd: string, output: Output): Promise<number> {
  const [name, ...rest] = argv;
  const asJson = argv.includes('--json');
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    output.out(generalHelp(commands));
    return 0;
  }
  if (name === '--version') {
    output.out(version);
    return 0;
  }
  const opened: DockClient[] = [];
  try {
    const command = commands.find(one => one.name === name);
    if (command === undefined)
      throw usageError(`There is no command ${JSON.stringify(name)}.`, 'agentdock --help lists them.');
    const { words, options } = parse(command, rest);
    if (options['help'] === true) {
      output.out(commandHelp(command));
      return 0;
    }
    checkWords(command, words);
    const workspace = typeof options['workspace'] === 'string' ? options['workspace'] : undefined;
    return await command.run(words, options, {
      output,
      json: options['json'] === true,
      cwd,
      workspace,
      stdin: () => readText(process.stdin),
      client: async ({ start = true } = {}) => {
        const client = await openClient(findWorkspace(workspace, cwd), start);
        opened.push(client);
        return client;
      },
    });
  } catch (error) {
    printError(output, toToolError(error), asJson);
    return 1;
  } finally {
    for (const client of opened) client.dispose();
  }
}

function parse(
  command: Command,
  args: readonly string[],
): { words: readonly string[]; options: OptionValues } {
  const options = Object.fromEntries(
    Object.entries({ ...command.options, ...globalOptions }).map(([name, { type, short }]) => [
      name,
      short === undefined ? { type } : { type, short },
    ]),
  );
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return { words: parsed.positionals, options: parsed.values as OptionValues };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw usageError(
      message,
      `agentdock ${command.name} --help says how. Put -- before a prompt that begins with -.`,
    );
  }
}

function checkWords({ name, usage, words: [least, most] }: Command, words: readonly string[]): void {
  if (words.length >= least && words.length <= most) return;
  throw usageError(
    words.length < least ? 'Something is missing.' : `Unexpected ${JSON.stringify(words[most])}.`,
    `Usage: agentdock ${name} ${usage}`.trimEnd(),
  );
}

function usageError(message: string, hint: string): DockError {
  return new DockError('invalid_arguments', message, { hint });
}
