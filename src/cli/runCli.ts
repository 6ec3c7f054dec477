import { parseArgs } from 'node:util';
import type { DockClient } from '../client/dockClient.ts';
import { hostFolder } from '../client/hostFolder.ts';
import { DockError, toToolError } from '../contracts/errors.ts';
import { version } from '../core/version.ts';
import { askOnTerminal } from './askOnTerminal.ts';
import type { Command, OptionValues } from './command.ts';
import { commands } from './commands/table.ts';
import { findWorkspace } from './findWorkspace.ts';
import { commandHelp, generalHelp, globalOptions } from './help.ts';
import { type Output, printError, printJson } from './io.ts';
import { openClient } from './openClient.ts';
import { readStdin } from './readStdin.ts';

/** Runs one command line; returns the exit code: 0, or 1 with the reason on standard error (or as JSON). */
export async function runCli(argv: readonly string[], cwd: string, output: Output): Promise<number> {
  const { name, args, lacksValue } = split(argv);
  const isAlwaysJson = commands.some(one => one.name === name && one.alwaysJson === true);
  const asJson = isAlwaysJson || withoutPrompt(argv).includes('--json');
  const opened: DockClient[] = [];
  try {
    if (lacksValue) throw usageError('Expected a folder after --workspace.', 'Name it: --workspace DIR.');
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      output.out(
        name === 'help' && args[0] !== undefined ? commandHelp(named(args[0])) : generalHelp(commands),
      );
      return 0;
    }
    if (name === '--version') {
      if (asJson) printJson(output, { ok: true, result: { version } });
      else output.out(version);
      return 0;
    }
    const command = named(name);
    const { words, options } = parse(command, args);
    if (options['help'] === true) {
      output.out(commandHelp(command));
      return 0;
    }
    checkWords(command, words);
    const workspace = typeof options['workspace'] === 'string' ? options['workspace'] : undefined;
    const ask = asJson ? undefined : askOnTerminal(process.stdin, process.stderr);
    return await command.run(words, options, {
      ...(ask === undefined ? {} : { ask }),
      output,
      json: options['json'] === true,
      cwd,
      workspace,
      stdin: () => readStdin(process.stdin),
      client: async ({ start = true } = {}) => {
        const found = findWorkspace(workspace, cwd);
        const served = hostFolder(found);
        // Agents work there, not here.
        if (served !== found && !asJson)
          output.err(`agentdock: in a linked worktree; the fleet is that of ${served}`);
        const client = await openClient(served, start);
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

function named(name: string): Command {
  const command = commands.find(one => one.name === name);
  if (command !== undefined) return command;
  throw usageError(`There is no command ${JSON.stringify(name)}.`, 'agentdock --help lists them.');
}

interface Split {
  readonly name: string | undefined;
  readonly args: readonly string[];
  /** True when the line ends where the value of `--workspace` should be. */
  readonly lacksValue: boolean;
}

/** Options of every command may also stand before its name. */
function split(argv: readonly string[]): Split {
  let at = 0;
  for (;;) {
    const word = argv[at] ?? '';
    if (word === '--workspace') at += 2;
    else if (word === '--json' || word.startsWith('--workspace=')) at += 1;
    else
      return {
        name: argv[at],
        args: [...argv.slice(0, at), ...argv.slice(at + 1)],
        lacksValue: at > argv.length,
      };
  }
}

/** What follows `--` is a prompt, whatever it looks like. */
function withoutPrompt(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
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
      command.wordsHint ??
        `agentdock ${command.name} --help says how. Put -- before a prompt that begins with -.`,
    );
  }
}

function checkWords(
  { name, usage, wordsHint, words: [least, most] }: Command,
  words: readonly string[],
): void {
  if (words.length >= least && words.length <= most) return;
  throw usageError(
    words.length < least ? 'Something is missing.' : `Unexpected ${JSON.stringify(words[most])}.`,
    wordsHint ?? `Usage: agentdock ${name} ${usage}`.trimEnd(),
  );
}

function usageError(message: string, hint: string): DockError {
  return new DockError('invalid_arguments', message, { hint });
}
