import { join } from 'node:path';
import { userFolder } from '../core/userFolder.ts';
import type { Command, Option } from './command.ts';
import { table } from './io.ts';

export const globalOptions: Readonly<Record<string, Option>> = {
  workspace: {
    type: 'string',
    value: 'DIR',
    help: 'Folder that holds .agentdock (default: the nearest one upward)',
  },
  json: { type: 'boolean', help: 'Print JSON' },
  help: { type: 'boolean', short: 'h', help: 'Print help' },
};

export function generalHelp(commands: readonly Command[]): string {
  const rows = commands.map(({ name, usage, summary }) => [`  ${name} ${usage}`.trimEnd(), summary]);
  return [
    'agentdock: run coding agents side by side in one workspace, and lose nothing',
    '',
    'Usage: agentdock <command> [options]',
    '',
    table(rows),
    '',
    'Options of every command:',
    optionRows(globalOptions),
    '      --version      Print the version',
    '',
    'agentdock <command> --help says more. The background process starts by itself and ends when idle.',
    `User-wide settings (max_running, codex_path, …): ${join(userFolder(process.env), 'config.json')}`,
  ].join('\n');
}

export function commandHelp({ name, usage, summary, details, options, examples }: Command): string {
  return [
    `${summary}.`,
    '',
    `Usage: agentdock ${name} ${usage}`.trimEnd(),
    ...(details === undefined ? [] : ['', details]),
    '',
    'Options:',
    optionRows({ ...options, ...globalOptions }),
    ...(examples === undefined ? [] : ['', 'Examples:', ...examples.map(line => `  ${line}`)]),
  ].join('\n');
}

function optionRows(options: Readonly<Record<string, Option>>): string {
  return table(
    Object.entries(options).map(([name, { short, value, help }]) => [
      `  ${short === undefined ? '   ' : `-${short},`} --${name}${value === undefined ? '' : ` ${value}`}`,
      help,
    ]),
  );
}
